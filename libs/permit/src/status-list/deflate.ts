import { base64url } from 'jose';
import { PermitError } from '../errors.js';

/** DEFLATE in the ZLIB format, base64url: the `lst` of a status list (draft-ietf-oauth-status-list §4.2). */
export async function deflateText(bytes: Uint8Array): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of through(bytes, new CompressionStream('deflate'))) parts.push(part);
  return base64url.encode(join(parts));
}

/**
 * The reverse, for text that an attacker may have written: reading stops, and with it inflating, at the first byte
 * beyond the bound.
 * @throws PermitError `status-size` when there is more than `maxBytes`, `claims` when it is no such text
 */
export async function inflateText(text: string, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of through(base64url.decode(text), new DecompressionStream('deflate'))) {
      length += part.length;
      if (length > maxBytes) throw new PermitError('status-size');
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof PermitError ? error : new PermitError('claims');
  }
  return join(parts);
}

/** Leaving the loop early cancels the stream. */
async function* through(
  bytes: Uint8Array,
  codec: CompressionStream | DecompressionStream,
): AsyncGenerator<Uint8Array> {
  const writer = codec.writable.getWriter();
  // What goes wrong here goes wrong in the reader too, who tells it.
  const written = writer.write(new Uint8Array(bytes)).then(() => writer.close());
  written.catch(() => undefined);
  for await (const part of codec.readable) {
    if (!(part instanceof Uint8Array)) throw new TypeError('a codec gives bytes');
    yield part;
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
