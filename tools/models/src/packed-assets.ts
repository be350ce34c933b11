import { z } from 'zod';
import { ModelToolError } from './errors.js';

/**
 * MediaPipe's web packages keep their models in one Emscripten data archive; the script beside it lists the entries as
 * `"files": [{"filename": …, "start": …, "end": …}, …]`.
 */
const MAX_SCRIPT_BYTES = 1024 * 1024;
const fileTable = z
  .array(z.object({ filename: z.string().max(300), start: z.int().min(0), end: z.int().min(0) }))
  .max(1_000);

/** Cuts one entry out of the archive. The script is searched for the table, never executed. */
export function cutPackedAsset(script: Uint8Array, archive: Uint8Array, entry: string): Uint8Array {
  const file = readFileTable(script).find(({ filename }) => filename === entry);
  if (!file) throw new ModelToolError('source-missing', `the archive has no entry ${entry}`);
  if (file.start >= file.end || file.end > archive.length) {
    throw new ModelToolError('source-mismatch', `the entry ${entry} does not lie inside the archive`);
  }
  return archive.subarray(file.start, file.end);
}

function readFileTable(script: Uint8Array): z.infer<typeof fileTable> {
  if (script.length > MAX_SCRIPT_BYTES)
    throw new ModelToolError('source-mismatch', 'the archive script is too large');
  const text = Buffer.from(script).toString('utf8');
  const start = text.indexOf('"files":');
  const open = text.indexOf('[', start);
  const close = text.indexOf(']', open);
  if (start < 0 || open < 0 || close < 0)
    throw new ModelToolError('source-mismatch', 'the archive script lists no files');
  try {
    return fileTable.parse(JSON.parse(text.slice(open, close + 1)));
  } catch (error) {
    throw new ModelToolError('source-mismatch', 'the file list of the archive script is not readable', {
      cause: error,
    });
  }
}
