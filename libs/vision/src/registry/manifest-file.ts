import { open } from 'node:fs/promises';
import type { ModelManifest } from '@guise/protocol';
import { modelManifest } from '@guise/protocol';
import { ModelError } from './errors.js';

const MAX_MANIFEST_BYTES = 1024 * 1024;

/** Reads a manifest file; everything in it is checked before anything is used. */
export async function readManifestFile(path: string): Promise<ModelManifest> {
  const text = await readBoundedText(path);
  return parseManifest(text, path);
}

/** @throws ModelError `manifest-invalid` naming the first thing that is wrong */
export function parseManifest(text: string, name: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ModelError('manifest-invalid', `${name} is not JSON. Restore it from the repository.`, {
      cause: error,
    });
  }
  const parsed = modelManifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const where = first ? `${first.path.join('.') || 'top level'}: ${first.message}` : 'unknown reason';
  throw new ModelError('manifest-invalid', `${name} is not a model manifest (${where}).`, {
    cause: parsed.error,
  });
}

async function readBoundedText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_MANIFEST_BYTES)
        throw new ModelError('manifest-invalid', `${path} is too large for a manifest.`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError('manifest-unreadable', `The model manifest ${path} cannot be read.`, {
      cause: error,
    });
  }
}
