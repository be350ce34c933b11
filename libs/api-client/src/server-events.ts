/** One server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Longest line and longest event that is read: ours are a hundred bytes. */
const MAX_CHARS = 8_192;

/**
 * Reads `text/event-stream` piece by piece (HTML standard §9.2.6), as far as our events need it. Comments are heartbeats
 * and tell nothing.
 * @returns takes the next piece of the stream
 * @throws RangeError when a line or an event is too long
 */
export function createEventReader(onEvent: (event: ServerEvent) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
  let fields = EMPTY;
  const readLine = (line: string): void => {
    if (line !== '') {
      fields = withField(fields, line);
      if (fields.data.length > MAX_CHARS) throw new RangeError('the event is too long');
      return;
    }
    if (fields.data !== '') onEvent({ ...fields, data: fields.data.slice(0, -1) });
    fields = { ...EMPTY, id: fields.id };
  };
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    lines.forEach(readLine);
    if (rest.length > MAX_CHARS) throw new RangeError('the line is too long');
  };
}

const EMPTY: ServerEvent = { id: '', event: 'message', data: '' };

function withField(fields: ServerEvent, line: string): ServerEvent {
  const colon = line.indexOf(':');
  const name = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  switch (name) {
    case 'id':
      return { ...fields, id: value };
    case 'event':
      return { ...fields, event: value };
    case 'data':
      return { ...fields, data: `${fields.data}${value}\n` };
    default:
      return fields;
  }
}
