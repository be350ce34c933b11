import { readFile } from 'node:fs/promises';
import {
  audience as audienceSchema,
  labelPosition,
  purpose as purposeSchema,
  type Audience,
  type LabelPosition,
  type Purpose,
} from '@guise/protocol';
import type { CameraWishes } from '@guise/runtime';
import { CliError } from '../cli-error.js';
import { WEAR_MODES, type WearMode } from '../pipeline/wear-mode.js';
import { chooseProcessors, interpretConfig, type DialectValues } from './facefusion.js';
import { parseIni } from './ini.js';

/** What `guise process` does, from command line and config file together. */
export interface ProcessPlan {
  readonly source: string;
  readonly target: string;
  readonly output: string;
  readonly avatar: string | null;
  readonly permit: string | null;
  readonly mode: WearMode;
  /** The wearer says that the avatar wears neither glasses nor a beard, whatever is found. */
  readonly bareFace: boolean;
  /** What is done to the recording's picture before anything else. */
  readonly camera: CameraWishes;
  readonly purpose: Purpose;
  readonly audience: Audience;
  readonly meeting: string | undefined;
  /** Null: the first corner that the permit names. */
  readonly labelPosition: LabelPosition | null;
  readonly executionProviders: readonly string[];
  /** Path of a manifest of networks of the user's own. */
  readonly ownModels: string | null;
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly trim: { readonly startFrame: number; readonly endFrame: number | null } | null;
  /** Things the user asked for that have no effect, each with the reason. */
  readonly notices: readonly string[];
}

/** Command line options by their config key. */
export type GivenOptions = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Command line first, then the config file, then defaults.
 * @throws CliError `usage`
 */
export async function planProcess(given: GivenOptions, configPath: string | undefined): Promise<ProcessPlan> {
  const file = configPath === undefined ? { values: {}, withoutEffect: [] } : await readConfig(configPath);
  const values: DialectValues = { ...file.values, ...presentOptions(given) };
  const one = (key: string): string | null => values[key]?.[0] ?? null;
  const isSet = (key: string): boolean =>
    parseChoice(key.replaceAll('_', '-'), ['true', 'false'], one(key) ?? 'false') === 'true';
  const required = (key: string): string => {
    const value = one(key);
    if (value === null)
      throw new CliError('usage', `--${key.replaceAll('_', '-')} is missing`, 'See `guise process --help`.');
    return value;
  };
  const sources = values.source_paths ?? [];
  if (sources.length > 1)
    throw new CliError('usage', 'one avatar bundle at a time', 'A permit is for one avatar version.');
  const corner = one('label_position');
  const { mode, notices } = chooseMode(one('mode'), values.processors, one('own_models') !== null);
  return {
    source: required('source_paths'),
    target: required('target_path'),
    output: required('output_path'),
    avatar: one('avatar'),
    permit: one('permit'),
    mode,
    bareFace: isSet('bare_face'),
    camera: { fillLight: isSet('fill_light'), denoise: isSet('denoise') },
    purpose: parseChoice('purpose', purposeSchema.options, one('purpose') ?? 'recording'),
    audience: parseChoice('audience', audienceSchema.options, one('audience') ?? 'internal'),
    meeting: one('meeting') ?? undefined,
    labelPosition: corner === null ? null : parseChoice('label-position', labelPosition.options, corner),
    executionProviders: values.execution_providers ?? ['cpu'],
    ownModels: one('own_models'),
    size: parseResolution(one('output_video_resolution')),
    trim: parseTrim(one('trim_frame_start'), one('trim_frame_end')),
    notices: [...notices, ...file.withoutEffect.map((key) => `${key} has no effect in guise`)],
  };
}

async function readConfig(path: string) {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CliError('usage', `the config file ${path} cannot be read`, null, [], { cause });
  });
  return interpretConfig(parseIni(text, path), path);
}

function presentOptions(given: GivenOptions): DialectValues {
  const entries = Object.entries(given).flatMap(([key, value]): [string, readonly string[]][] => {
    if (value === undefined) return [];
    return [[key, typeof value === 'string' ? [value] : value]];
  });
  return Object.fromEntries(entries);
}

/** Whoever names FaceFusion's processors wants its swapper's picture, unless a mode is named too. */
function chooseMode(
  named: string | null,
  processors: readonly string[] | undefined,
  hasOwnModels: boolean,
): Pick<ProcessPlan, 'mode' | 'notices'> {
  const mode = named === null ? null : parseChoice('mode', WEAR_MODES, named);
  if (processors === undefined) return { mode: mode ?? 'portrait', notices: [] };
  const { skipped } = chooseProcessors(processors, hasOwnModels);
  const idle = 'face_swapper has no effect: a portrait shows the avatar’s own picture';
  return {
    mode: mode ?? 'overlay',
    notices: [
      ...(mode === 'portrait' ? [idle] : []),
      ...skipped.map((name) => `${name} is skipped: no model for it is installed`),
    ],
  };
}

function parseChoice<T extends string>(name: string, options: readonly T[], value: string): T {
  const choice = options.find((option) => option === value);
  if (choice !== undefined) return choice;
  throw new CliError('usage', `${name} is not one of ${options.join(', ')}`);
}

function parseResolution(text: string | null): ProcessPlan['size'] {
  if (text === null) return null;
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  if (size.width % 2 === 0 && size.height % 2 === 0 && size.width >= 160 && size.height >= 90) return size;
  throw new CliError('usage', 'a resolution is like 1280x720, with even sides of at least 160x90');
}

function parseTrim(start: string | null, end: string | null): ProcessPlan['trim'] {
  if (start === null && end === null) return null;
  const whole = (text: string): number => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new CliError('usage', 'trim frames are whole numbers');
  };
  const startFrame = start === null ? 0 : whole(start);
  const endFrame = end === null ? null : whole(end);
  if (endFrame !== null && endFrame <= startFrame)
    throw new CliError('usage', 'the trim ends before it starts');
  return { startFrame, endFrame };
}
