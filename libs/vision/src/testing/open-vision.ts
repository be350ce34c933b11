import { ensureModels } from '../../../../tools/models/src/testing.js';
import { openModelRegistry } from '../registry/index.js';
import type { Vision } from '../types.js';
import { createVision } from '../vision.js';

/** Vision on the real, verified networks; fetches and converts them first where that has not been done. */
export async function openTestVision(): Promise<Vision> {
  const { manifestPath, modelsDir } = await ensureModels();
  return createVision({ registry: await openModelRegistry({ manifestPath, cacheDir: modelsDir }) });
}
