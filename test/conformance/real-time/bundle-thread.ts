import { build } from 'vite';

/** A script for `new Worker` from a TypeScript module and what it imports, as a URL that holds all of it. */
export async function bundleThread(entry: string): Promise<URL> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['guise-source', 'node'] },
    ssr: { noExternal: true, resolve: { conditions: ['guise-source', 'node'] } },
    build: {
      write: false,
      ssr: entry,
      target: 'es2022',
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [bundle] = [result].flat();
  const chunk = bundle !== undefined && 'output' in bundle ? bundle.output[0] : undefined;
  if (chunk === undefined) throw new Error(`${entry} gave no script`);
  return new URL(`data:text/javascript,${encodeURIComponent(chunk.code)}`);
}
