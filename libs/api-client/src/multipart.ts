/** One part of a multipart/form-data body (RFC 7578): text, or a file. */
export type FormPart =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly file: Blob; readonly fileName: string };

export interface MultipartBody {
  readonly contentType: string;
  readonly stream: ReadableStream<Uint8Array>;
}

/**
 * A multipart body that is read as it is sent, in bounded memory. Written here because undici's own encoder of
 * `FormData` throws outside of any promise when the server answers before the upload is over, as a refusal does.
 */
export function multipartBody(parts: readonly FormPart[], boundary: string): MultipartBody {
  const source = chunksOf(parts, boundary);
  let cancelled = false;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    stream: new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value, done } = await source.next();
        // While the next chunk was read, the answer may have come and the request may be over.
        if (cancelled) return;
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        cancelled = true;
        await source.return();
      },
    }),
  };
}

async function* chunksOf(
  parts: readonly FormPart[],
  boundary: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for (const part of parts) {
    yield encoder.encode(`--${boundary}\r\n${headerOf(part)}\r\n\r\n`);
    if ('text' in part) yield encoder.encode(part.text);
    else yield* blobChunks(part.file);
    yield encoder.encode('\r\n');
  }
  yield encoder.encode(`--${boundary}--\r\n`);
}

const SLICE_BYTES = 256 * 1024;

async function* blobChunks(blob: Blob): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < blob.size; at += SLICE_BYTES) {
    yield new Uint8Array(await blob.slice(at, at + SLICE_BYTES).arrayBuffer());
  }
}

function headerOf(part: FormPart): string {
  const disposition = `content-disposition: form-data; name="${quoted(part.name)}"`;
  if ('text' in part) return disposition;
  return `${disposition}; filename="${quoted(part.fileName)}"\r\ncontent-type: application/octet-stream`;
}

/** RFC 7578 §4.2 with the escapes of the HTML standard: a file name cannot end its header. */
const quoted = (text: string): string =>
  text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
