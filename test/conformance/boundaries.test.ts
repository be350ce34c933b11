import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CRUISER = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');

function cruise(cwd: string, ...folders: string[]): { status: number | null; output: string } {
  const config = join(ROOT, '.dependency-cruiser.mjs');
  const result = spawnSync(process.execPath, [CRUISER, '--config', config, ...folders], {
    cwd,
    encoding: 'utf8',
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

async function lintAs(filePath: string, code: string): Promise<string[]> {
  const eslint = new ESLint({ cwd: ROOT });
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, filePath) });
  return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

describe('the gates catch planted violations', () => {
  it('refuses imports against the dependency direction', () => {
    const { status, output } = cruise(join(ROOT, 'test/conformance/planted'), 'libs');
    expect(output).toContain('pure-imports-only-pure');
    expect(output).toContain('foundation-imports-nothing-of-ours');
    expect(status).not.toBe(0);
  });

  it('refuses the platform, ambient time and randomness in a pure library', async () => {
    const rules = await lintAs(
      'libs/ledger/src/index.ts',
      `import { readFileSync } from 'node:fs';\nexport const planted = [readFileSync, Date.now(), Math.random(), new Date()];\n`,
    );
    expect(rules).toContain('no-restricted-imports');
    expect(rules.filter((rule) => rule === 'no-restricted-properties')).toHaveLength(2);
    expect(rules).toContain('no-restricted-syntax');
  });

  it('refuses an untyped value', async () => {
    const rules = await lintAs('libs/ledger/src/index.ts', 'export const planted: any = 1;\n');
    expect(rules).toContain('@typescript-eslint/no-explicit-any');
  });
});
