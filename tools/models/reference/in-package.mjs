import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { npmUnpack } from '../dist/package-source.js';
import { DEFAULT_CACHE } from '../dist/paths.js';

/** Unpacks a pinned package for as long as it is used. */
export async function inPackage(pin, use) {
  const folder = await mkdtemp(join(DEFAULT_CACHE, 'unpack-'));
  try {
    await npmUnpack({})(pin, folder);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
