import { createRequire } from 'node:module';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, answers, fail, say } from './say.mjs';
import { installLocked, installWithSystem, manualCommand } from './packages.mjs';

const RECORD = join(CACHE, 'tools', 'ffmpeg.json');

/**
 * ffmpeg and ffprobe: the system's, else the binaries of a locked npm package, else the system's package manager.
 * ffmpeg runs as a program of its own and is never linked, so its licence stays its own.
 */
export function ensureFfmpeg() {
  const found = fromEnvironment() ?? fromSystem() ?? fromRecord() ?? fromPackages() ?? fromPackageManager();
  if (!found) fail(`ffmpeg is needed and could not be installed. Run: ${manualCommand('ffmpeg')}`);
  process.env.GUISE_FFMPEG = found.ffmpeg;
  process.env.GUISE_FFPROBE = found.ffprobe;
}

const works = (pair) => answers(pair.ffmpeg, '-version') && answers(pair.ffprobe, '-version');

function fromEnvironment() {
  const { GUISE_FFMPEG: ffmpeg, GUISE_FFPROBE: ffprobe } = process.env;
  if (!ffmpeg || !ffprobe) return undefined;
  const pair = { ffmpeg, ffprobe };
  return works(pair)
    ? pair
    : fail('GUISE_FFMPEG or GUISE_FFPROBE is set but does not start. Correct or unset both.');
}

function fromSystem() {
  const pair = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' };
  return works(pair) ? pair : undefined;
}

function fromRecord() {
  if (!existsSync(RECORD)) return undefined;
  const pair = JSON.parse(readFileSync(RECORD, 'utf8'));
  return works(pair) ? pair : undefined;
}

function fromPackages() {
  say('no ffmpeg on this system: fetching the one of a pinned npm package');
  const modules = installLocked('ffmpeg');
  if (!modules) return undefined;
  try {
    const require = createRequire(join(modules, 'index.js'));
    const pair = {
      ffmpeg: require('@ffmpeg-installer/ffmpeg').path,
      ffprobe: require('@ffprobe-installer/ffprobe').path,
    };
    // Install scripts, which would set the bit, do not run.
    if (process.platform !== 'win32') for (const file of Object.values(pair)) chmodSync(file, 0o755);
    if (!works(pair)) return undefined;
    mkdirSync(join(CACHE, 'tools'), { recursive: true });
    writeFileSync(RECORD, JSON.stringify(pair));
    return pair;
  } catch {
    return undefined; // no binary for this platform: the next source is tried
  }
}

function fromPackageManager() {
  say('no packaged ffmpeg for this platform: asking the system package manager');
  return installWithSystem('ffmpeg') ? fromSystem() : undefined;
}
