import { readFile } from 'node:fs/promises';
import type { ModelManifest } from '@guise/protocol';
import { modelManifest } from '@guise/protocol';
import { ModelToolError } from './errors.js';

/** Reads the manifest; says which entry is wrong when one is. */
export async function readManifest(path: string): Promise<ModelManifest> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ModelToolError(
      'manifest-unreadable',
      `${path} cannot be read as JSON; restore it from the repository`,
      {
        cause: error,
      },
    );
  }
  const parsed = modelManifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const where = first ? `${first.path.join('.')}: ${first.message}` : 'for an unknown reason';
  throw new ModelToolError('manifest-invalid', `${path} is not a model manifest (${where})`, {
    cause: parsed.error,
  });
}
