import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../..');
let building: Promise<void> | undefined;

/**
 * Path of a compiled file of this app, up to date: tests that start processes run what ships. Takes seconds when the
 * build is current.
 */
export async function compiled(file: string): Promise<string> {
  building ??= build();
  await building;
  const path = join(ROOT, 'apps/authority/dist', file);
  if (!existsSync(path)) throw new Error(`the build made no ${path}`);
  return path;
}

/** A compile that fails says why: a test must never run what an earlier build left behind. */
function build(): Promise<void> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const project = join(ROOT, 'apps/authority');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [compiler, '-b', project], (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`tsc -b apps/authority failed:\n${stdout}${stderr}`, { cause: error }));
    });
  });
}
