import { z } from 'zod';
import type { NpmSettings } from './package-source.js';

/** npm tells its scripts where its registry and cache are, when they are not the usual ones. */
const setting = z.string().min(1).optional().catch(undefined);
const environment = z.object({ npm_config_registry: setting, npm_config_cache: setting });

/** The only reader of the environment. */
export function readNpmSettings(env: NodeJS.ProcessEnv): NpmSettings {
  const { npm_config_registry: registry, npm_config_cache: cache } = environment.parse(env);
  return { ...(registry === undefined ? {} : { registry }), ...(cache === undefined ? {} : { cache }) };
}
