import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { MediaError } from './errors.js';
import { runTool } from './child.js';
import type { FfmpegTools } from './types.js';

/** Written by the bootstrap when the system has no ffmpeg and it found one elsewhere. */
const TOOL_FILE = join('.cache', 'tools', 'ffmpeg.json');
const toolFile = z.object({ ffmpeg: z.string().max(4096), ffprobe: z.string().max(4096) });

export interface LocateOptions {
  /** GUISE_FFMPEG, GUISE_FFPROBE and PATH are read from here; the process's own unless stated. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder from which `.cache/tools/ffmpeg.json` is searched upwards. */
  readonly from?: string;
}

const INSTALL_ADVICE: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sudo apt-get install ffmpeg',
  darwin: 'brew install ffmpeg',
  win32: 'winget install ffmpeg',
};

/**
 * Finds ffmpeg and ffprobe: environment, PATH, then what the bootstrap recorded; checks that ffmpeg really runs.
 * @throws MediaError `ffmpeg-missing` with the command that installs it
 */
export async function locateFfmpeg(options: LocateOptions = {}): Promise<FfmpegTools> {
  const env = options.env ?? process.env;
  const recorded = readToolFile(options.from ?? import.meta.dirname);
  const ffmpeg = env.GUISE_FFMPEG ?? findOnPath('ffmpeg', env.PATH) ?? recorded?.ffmpeg;
  const ffprobe = env.GUISE_FFPROBE ?? findOnPath('ffprobe', env.PATH) ?? recorded?.ffprobe;
  if (ffmpeg === undefined || ffprobe === undefined) {
    throw missing(ffmpeg === undefined ? 'ffmpeg' : 'ffprobe');
  }
  const [version] = await Promise.all([versionOf(ffmpeg, 'ffmpeg'), versionOf(ffprobe, 'ffprobe')]);
  return { ffmpeg, ffprobe, version };
}

let located: Promise<FfmpegTools> | undefined;

/** `locateFfmpeg` once per process; a failure is not remembered, so that an installation takes effect. */
export async function defaultTools(): Promise<FfmpegTools> {
  located ??= locateFfmpeg();
  try {
    return await located;
  } catch (error) {
    located = undefined;
    throw error;
  }
}

function missing(program: string, cause?: unknown): MediaError {
  const command = INSTALL_ADVICE[process.platform] ?? 'install ffmpeg from your system’s packages';
  return new MediaError(
    'ffmpeg-missing',
    `${program} was not found. Install it with: ${command} (or point GUISE_FFMPEG and GUISE_FFPROBE at the programs).`,
    { cause },
  );
}

async function versionOf(program: string, name: string): Promise<string> {
  const result = await runTool(program, ['-hide_banner', '-version'], { timeoutMs: 20_000 }).catch(
    (error: unknown) => {
      throw missing(name, error);
    },
  );
  const version = new RegExp(`^${name} version (\\S+)`).exec(result.stdout.toString('utf8'))?.[1];
  if (result.code !== 0 || version === undefined) throw missing(name);
  return version;
}

function findOnPath(program: string, path: string | undefined): string | undefined {
  const names = process.platform === 'win32' ? [`${program}.exe`] : [program];
  for (const folder of (path ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      const candidate = join(folder, name);
      if (isExecutable(candidate)) return candidate;
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readToolFile(from: string): z.infer<typeof toolFile> | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      const parsed = toolFile.safeParse(JSON.parse(readFileSync(join(folder, TOOL_FILE), 'utf8')));
      if (parsed.success) return parsed.data;
    } catch {
      // Not here, or unreadable: look further up.
    }
    if (folder === dirname(folder)) return undefined;
  }
}
