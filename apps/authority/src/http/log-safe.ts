/** What may stand in a log line. */
export type LogValue = string | number | boolean | null | LogValue[] | { [name: string]: LogValue };

const REDACTED = '[redacted]';
const MAX_DEPTH = 12;
const MAX_VALUES = 500;
const MAX_ENTRIES = 50;
const MAX_TEXT = 2_000;
const MAX_FRAMES = 30;

/** Names, without case and punctuation, whose values are never logged, at any depth. */
const SECRET_NAMES = new Set(
  (
    'authorization dpop cookie setcookie jws jwt permit opening segment statement assertion response ceremony ' +
    'challenge invitation code devicecode usercode deviceauthorization password credentials template templates ' +
    'embedding embeddings seed seeds capture bundle keys url connectionstring databaseurl args argv query params ' +
    'parameters body payload nonce chain'
  ).split(' '),
);
/** Every name ending so is a secret too: accessToken, watermarkKey, client_secret, chainSeed. */
const SECRET_ENDINGS = /(?:token|tokens|key|secret|secrets|seed|template|embedding|password|passphrase)$/;
/** A compact JWS is a credential under whatever name it comes. */
const COMPACT_JWS = /eyJ[\w-]{5,}\.[\w-]*\.[\w-]*/g;
/** A stack frame as V8 prints it; lines of a message that look otherwise do not pass. */
const FRAME = /^ {4}at (?:[^\n]{0,300}\()?(?:node:|file:\/\/|\/)[^\n]{1,300}:\d+:\d+\)?$/;

/**
 * A copy of a value that is safe to log: secrets replaced by name at any depth, errors told by name, code and stack
 * frames only (a message or a property may quote what was sent), bytes by their length. Bounded in depth and size.
 */
export function logSafe(value: unknown): LogValue {
  return new Copier().copy(value, 0);
}

class Copier {
  private left = MAX_VALUES;
  private readonly open = new Set<object>();

  copy(value: unknown, depth: number): LogValue {
    this.left -= 1;
    if (this.left < 0) return '[too much]';
    switch (typeof value) {
      case 'string':
        return safeText(value);
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        return value;
      case 'bigint':
        return String(value);
      case 'object':
        return value === null ? null : this.copyObject(value, depth);
      default:
        return `[${typeof value}]`;
    }
  }

  private copyObject(value: object, depth: number): LogValue {
    if (this.open.has(value)) return '[circular]';
    if (depth >= MAX_DEPTH) return '[too deep]';
    this.open.add(value);
    try {
      return this.describe(value, depth + 1);
    } catch {
      // A getter or proxy that throws: the log goes on without it.
      return '[unreadable]';
    } finally {
      this.open.delete(value);
    }
  }

  private describe(value: object, depth: number): LogValue {
    if (isError(value)) return this.describeError(value, depth);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
    if (value instanceof URL) return REDACTED;
    if (Array.isArray(value)) return this.list(value, depth);
    if (value instanceof Set) return this.list([...value], depth);
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return this.record(entries, depth);
  }

  private list(values: readonly unknown[], depth: number): LogValue[] {
    const copies = values.slice(0, MAX_ENTRIES).map((item) => this.copy(item, depth));
    return values.length > MAX_ENTRIES ? [...copies, `[${values.length - MAX_ENTRIES} more]`] : copies;
  }

  private record(entries: readonly (readonly [unknown, unknown])[], depth: number): LogValue {
    const copies = entries.slice(0, MAX_ENTRIES).map(([key, item]): [string, LogValue] => {
      const name = typeof key === 'string' ? key : '[key]';
      return [safeText(name).slice(0, 100), isSecretName(name) ? REDACTED : this.copy(item, depth)];
    });
    return Object.fromEntries(copies);
  }

  /** An allow-list: what an error says of itself may carry arguments, rows or the request. */
  private describeError(error: Error, depth: number): LogValue {
    const code: unknown = Reflect.get(error, 'code');
    const errors: unknown = Reflect.get(error, 'errors');
    return {
      name: isWord(error.name) ? error.name : 'Error',
      ...(typeof code === 'number' || (typeof code === 'string' && isWord(code)) ? { code } : {}),
      stack: framesOf(error),
      ...(error.cause === undefined ? {} : { cause: this.causeOf(error.cause, depth) }),
      ...(Array.isArray(errors) ? { errors: errors.slice(0, 5).map((e) => this.causeOf(e, depth)) } : {}),
    };
  }

  /** Only errors are described: other things thrown have no allow-list. */
  private causeOf(cause: unknown, depth: number): LogValue {
    return isError(cause) ? this.copy(cause, depth) : `[${typeof cause}]`;
  }
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}

/** Names and codes are short words of a program (`P2002`, `ENOSPC`, `key-too-early`), never sentences. */
function isWord(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Za-z0-9_.-]{1,60}$/.test(text);
}

function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.test(plain);
}

function safeText(text: string): string {
  const bounded = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return bounded.replaceAll(COMPACT_JWS, REDACTED);
}

function framesOf(error: Error): string[] {
  const stack: unknown = error.stack;
  if (typeof stack !== 'string') return [];
  const lines = stack.replace(error.message, '').split('\n');
  return lines
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim());
}
