import { readNpmSettings } from './config.js';
import { ensureFiles } from './ensure-files.js';
import { npmUnpack } from './package-source.js';
import { DEFAULT_CACHE, DEFAULT_MANIFEST, mediaIn, modelsIn } from './paths.js';
import { readManifest } from './read-manifest.js';

export { CONTRACT_POINTS, writeContractManifest, type ContractRole } from './testing/contract-manifest.js';

/** For tests that need the real models: the same mechanism as `npm run models`, in this process. */
export async function ensureModels(): Promise<{ readonly manifestPath: string; readonly modelsDir: string }> {
  await ensure(false);
  return { manifestPath: DEFAULT_MANIFEST, modelsDir: modelsIn(DEFAULT_CACHE) };
}

/** For tests that need the sample recordings. */
export async function ensureMedia(): Promise<{ readonly mediaDir: string }> {
  await ensure(true);
  return { mediaDir: mediaIn(DEFAULT_CACHE) };
}

async function ensure(media: boolean): Promise<void> {
  const manifest = await readManifest(DEFAULT_MANIFEST);
  const unpack = npmUnpack(readNpmSettings(process.env));
  await ensureFiles({ manifest, cache: DEFAULT_CACHE, media, unpack, report: () => undefined });
}
