import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry } from '@guise/protocol';
import { ModelError } from './errors.js';

declare const verified: unique symbol;
/** The bytes of a model whose SHA-256 is the manifest's. Only `readVerified` makes them. */
export type VerifiedBytes = Uint8Array & { readonly [verified]: true };

const REPAIR = 'Run: npm run models';

/**
 * Reads a model and checks its digest. The session is made from exactly these bytes, never from the path again: nobody can
 * change the file between check and use.
 */
export async function readVerified(entry: ModelEntry, cacheDir: string): Promise<VerifiedBytes> {
  const path = join(cacheDir, entry.file);
  const bytes = await readExactly(path, entry);
  if (!matches(bytes, entry)) {
    throw new ModelError(
      'model-tampered',
      `${path} is not the file that the manifest names; it was not loaded. ${REPAIR}`,
    );
  }
  return bytes;
}

function matches(bytes: Uint8Array, entry: ModelEntry): bytes is VerifiedBytes {
  return createHash('sha256').update(bytes).digest('hex') === entry.sha256;
}

async function readExactly(path: string, entry: ModelEntry): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      // The size is known beforehand: nothing larger is read into memory.
      const { size } = await file.stat();
      if (size !== entry.bytes) {
        throw new ModelError(
          'model-tampered',
          `${path} has ${size} bytes instead of ${entry.bytes}. ${REPAIR}`,
        );
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError('model-missing', `The model ${path} is missing or unreadable. ${REPAIR}`, {
      cause: error,
    });
  }
}
