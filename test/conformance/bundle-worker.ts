import { build } from 'vite';

/** One script for a browser worker, from the libraries' sources. @param entry absolute path of the worker's module */
export async function bundleWorker(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['guise-source', 'browser', 'import'] },
    build: { write: false, lib: { entry, formats: ['iife'], name: 'worker' } },
  });
  const bundles = Array.isArray(result) ? result : [result];
  const chunks = bundles.flatMap((bundle) => ('output' in bundle ? bundle.output : []));
  const script = chunks.find((chunk) => chunk.type === 'chunk');
  if (script === undefined) throw new Error('vite built nothing');
  return script.code;
}
