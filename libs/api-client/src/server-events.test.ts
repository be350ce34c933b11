import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventReader, type ServerEvent } from './server-events.js';

function read(...pieces: readonly (string | Uint8Array)[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const reader = createEventReader((event) => events.push(event));
  for (const piece of pieces) reader(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
  return events;
}

const END = 'retry: 1000\n\n:\n\nid: end\nevent: revoked\ndata: {"a":"é"}\n\n:\n\n';

describe('server-sent events', () => {
  it('are read whatever the pieces they come in', () => {
    const bytes = new TextEncoder().encode(END);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length })), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, i) => bytes.slice(at[i], end));
        expect(read(...pieces)).toEqual([{ id: 'end', event: 'revoked', data: '{"a":"é"}' }]);
      }),
    );
  });

  it('may have several lines of data, other line ends, and fields we do not know', () => {
    expect(read('data: a\r\ndata:b\r\nfoo: bar\r\n\r\n')).toEqual([
      { id: '', event: 'message', data: 'a\nb' },
    ]);
  });

  it('are not told before they are whole, and heartbeats are no events', () => {
    expect(read('event: revoked\ndata: x\n')).toEqual([]);
    expect(read(':\n\n', ':\n\n', 'event: revoked\n\n')).toEqual([]);
  });

  it('are bounded', () => {
    expect(() => read(':'.repeat(10_000))).toThrow(RangeError);
    expect(() => read(...Array.from({ length: 20 }, () => `data: ${'x'.repeat(1_000)}\n`))).toThrow(
      RangeError,
    );
  });
});
