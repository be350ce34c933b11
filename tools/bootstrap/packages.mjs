import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from './say.mjs';

/**
 * Installs one of the locked package sets in tools/bootstrap/binaries (each a package.json with its package-lock.json, so
 * every tarball is checked against a recorded integrity) into the cache. No install script runs.
 * @returns folder of its node_modules, or undefined when the registry did not give it
 */
export function installLocked(name) {
  const target = join(CACHE, 'tools', name);
  mkdirSync(target, { recursive: true });
  cpSync(join(ROOT, 'tools', 'bootstrap', 'binaries', name), target, { recursive: true });
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: target,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return join(target, 'node_modules');
  rmSync(target, { recursive: true, force: true });
  return undefined;
}

/**
 * Installs a system package where that needs no question: as root, or with a password-less sudo, on Debian's relatives.
 * @returns true when the package manager says it is installed
 */
export function installWithSystem(debianPackage) {
  const prefix = rootPrefix();
  if (!prefix) return false;
  const apt = (...args) =>
    spawnSync(prefix[0] ?? 'apt-get', prefix.length > 0 ? [...prefix.slice(1), 'apt-get', ...args] : args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  return apt('update', '-qq') && apt('install', '-y', '-qq', '--no-install-recommends', debianPackage);
}

function rootPrefix() {
  if (process.platform !== 'linux') return undefined;
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return undefined;
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

/** The one command a person can run by hand when nothing above worked. */
export function manualCommand(debianPackage) {
  if (process.platform === 'darwin') return `brew install ${debianPackage}`;
  if (process.platform === 'win32') return `winget install ${debianPackage}`;
  return `sudo apt-get install ${debianPackage}`;
}
