import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout, from `tools/models/src` and `tools/models/dist` alike. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export const DEFAULT_MANIFEST = join(ROOT, 'models', 'manifest.json');
export const DEFAULT_CACHE = join(ROOT, '.cache');

export const modelsIn = (cache: string): string => join(cache, 'models');
export const mediaIn = (cache: string): string => join(cache, 'media');
