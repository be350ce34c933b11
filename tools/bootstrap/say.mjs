import { spawnSync } from 'node:child_process';
import { dirname, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Repository root. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Everything fetched or converted lives here, outside git. */
export const CACHE = join(ROOT, '.cache');

/** A failure whose message tells the user what to do; printed without a stack. */
export class Stop extends Error {}

export function fail(message) {
  throw new Stop(message);
}

export function say(message) {
  process.stdout.write(`• ${message}\n`);
}

/** Environment for children: the chosen Node and the workspace's tools come first on PATH. */
export function childEnv(node) {
  return {
    ...process.env,
    PATH: [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  };
}

/** Runs a program to its end with inherited output; returns its exit code. */
export function run(node, command, args, extra = {}) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...childEnv(node), ...extra },
  });
  if (result.error) fail(`could not start ${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** Like `run`, but a non-zero exit ends the task with advice. */
export function must(node, command, args, advice) {
  const status = run(node, command, args);
  if (status !== 0) fail(`${command} ${args[0] ?? ''} ended with ${status}. ${advice}`);
}

/** True when a program starts and answers a version flag. */
export function answers(program, flag) {
  return spawnSync(program, [flag], { stdio: 'ignore' }).status === 0;
}
