import { AuthorityAnswerError } from './errors.js';

/**
 * Reads a body and never keeps more than `maxBytes`, whatever length the answer claims.
 * @throws AuthorityAnswerError `answer-too-large`
 */
export async function readBounded(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const piece = await reader?.read();
    if (piece?.value === undefined) break;
    total += piece.value.length;
    if (total > maxBytes) {
      await reader?.cancel();
      throw new AuthorityAnswerError(
        'answer-too-large',
        `the answer is longer than ${String(maxBytes)} bytes`,
      );
    }
    chunks.push(piece.value);
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
