import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './command.js';
import { describeAsMarkdown } from './describe.js';
import { DEFAULT_MANIFEST } from './paths.js';
import { readManifest } from './read-manifest.js';
import { inTemporaryFolder } from './testing/temporary-folder.js';

async function run(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommand(args, {
    npm: {},
    write: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('npm run models', () => {
  it('lists what is wanted and what is there', async () => {
    await inTemporaryFolder(async (cache) => {
      const { code, out } = await run('--list', '--cache', cache);
      expect(code).toBe(0);
      const rows = out.split('\n');
      expect(rows).toHaveLength(1 + 8 + 4);
      expect(rows.filter((row) => row.includes('missing'))).toHaveLength(12);
      expect(out).toContain('mobilefacenet.onnx');
      expect(out).toContain('contested');
    });
  });

  it('explains itself on wrong usage', async () => {
    const { code, err } = await run('--everything');
    expect(code).toBe(2);
    expect(err).toContain('Exit codes');
  });

  it('fails with one line of advice', async () => {
    await inTemporaryFolder(async (folder) => {
      const manifest = join(folder, 'manifest.json');
      await writeFile(manifest, '[]');
      const { code, err } = await run('--manifest', manifest);
      expect(code).toBe(1);
      expect(err).toMatch(/^models: .*is not a model manifest.*\.$/);
    });
  });

  it('is documented: models/README.md holds the tables of the manifest', async () => {
    const readme = await readFile(join(DEFAULT_MANIFEST, '..', 'README.md'), 'utf8');
    const tables = describeAsMarkdown(await readManifest(DEFAULT_MANIFEST));
    expect(readme).toContain(tables.trim());
  });
});
