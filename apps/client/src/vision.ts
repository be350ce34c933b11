import { join } from 'node:path';
import { createVision, openModelRegistry, type ModelRegistry, type Vision } from '@guise/vision';
import type { ClientConfig } from './config.js';

/** Opens the verified models for one piece of work and releases them afterwards. */
export async function withVision<T>(config: ClientConfig, work: (vision: Vision) => Promise<T>): Promise<T> {
  const vision = await createVision({ registry: await openRegistry(config) });
  try {
    return await work(vision);
  } finally {
    await vision.close();
  }
}

export function openRegistry(
  config: ClientConfig,
  executionProviders?: readonly string[],
): Promise<ModelRegistry> {
  return openModelRegistry({
    manifestPath: join(config.root, 'models', 'manifest.json'),
    cacheDir: config.modelsDir,
    ...(executionProviders === undefined ? {} : { executionProviders }),
  });
}

/** Reads and checks every model of the manifest. @returns how many there are @throws ModelError for the first bad one */
export async function verifyModels(config: ClientConfig): Promise<number> {
  const registry = await openRegistry(config);
  for (const { role } of registry.manifest.models) await (await registry.session(role)).release();
  return registry.manifest.models.length;
}
