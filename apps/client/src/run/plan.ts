import { extname } from 'node:path';
import {
  audience as audienceSchema,
  labelPosition,
  purpose as purposeSchema,
  type Audience,
  type LabelPosition,
  type Purpose,
} from '@guise/protocol';
import { parseStreamUrl, type FrameRate, type PictureSize, type PipeFormat } from '@guise/media';
import type { CameraWishes } from '@guise/runtime';
import { CliError } from '../cli-error.js';
import { WEAR_MODES, type WearMode } from '../pipeline/index.js';

/** What commander gives. */
export interface RunOptions {
  readonly source?: string;
  readonly avatar?: string;
  readonly camera?: string;
  readonly input?: string;
  readonly output?: string;
  readonly outputFormat?: string;
  readonly size: string;
  readonly fps: string;
  readonly seconds?: string;
  readonly mode: string;
  readonly bareFace?: boolean;
  readonly fillLight?: boolean;
  readonly denoise?: boolean;
  readonly purpose: string;
  readonly audience: string;
  readonly meeting?: string;
  readonly executionProviders?: readonly string[];
  readonly ownModels?: string;
  readonly labelPosition?: string;
}

/** Where live pictures are to come from, before anything is opened. */
export type InputWish =
  | { readonly kind: 'camera'; readonly wanted: string | null }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stream'; readonly url: string };

export type OutputWish =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'loopback'; readonly device: string }
  /** `path` null: the standard output. */
  | { readonly kind: 'pipe'; readonly path: string | null; readonly format: PipeFormat };

export interface RunPlan {
  readonly source: string;
  readonly avatar: string;
  readonly input: InputWish;
  readonly output: OutputWish;
  readonly size: PictureSize;
  readonly fps: FrameRate;
  /** Null: until Ctrl-C, or the end of a recording. */
  readonly seconds: number | null;
  readonly mode: WearMode;
  /** The wearer says that the avatar wears neither glasses nor a beard, whatever is found. */
  readonly bareFace: boolean;
  /** What is done to the camera's picture before anything else. */
  readonly camera: CameraWishes;
  readonly purpose: Purpose;
  readonly audience: Audience;
  readonly meeting: string | undefined;
  readonly executionProviders: readonly string[];
  /** Path of a manifest of networks of the user's own. */
  readonly ownModels: string | null;
  /** Null: the first corner that the permit names. */
  readonly labelPosition: LabelPosition | null;
}

const VIDEO_FILES = ['.mp4', '.webm'];
const PIPE_FILES: Readonly<Record<string, PipeFormat>> = { '.y4m': 'y4m', '.yuv': 'rawvideo' };
const MAX_SECONDS = 12 * 3600;

/** @throws CliError `usage`, MediaError `not-media` for an address that is none */
export function planRun(options: RunOptions): RunPlan {
  const { source, avatar, meeting } = options;
  if (source === undefined) throw usage('which avatar bundle?', 'Give -s FILE.guise.');
  if (avatar === undefined)
    throw usage('which avatar?', 'Give --avatar ava_… (see `guise avatar draft` and the console).');
  return {
    ...{ source, avatar, meeting },
    input: inputOf(options),
    output: outputOf(options),
    size: sizeOf(options.size),
    fps: rateOf(options.fps),
    seconds: secondsOf(options.seconds),
    mode: choiceOf('mode', WEAR_MODES, options.mode),
    bareFace: options.bareFace ?? false,
    camera: { fillLight: options.fillLight ?? false, denoise: options.denoise ?? false },
    purpose: choiceOf('purpose', purposeSchema.options, options.purpose),
    audience: choiceOf('audience', audienceSchema.options, options.audience),
    executionProviders: options.executionProviders ?? ['cpu'],
    ownModels: options.ownModels ?? null,
    labelPosition:
      options.labelPosition === undefined
        ? null
        : choiceOf('label-position', labelPosition.options, options.labelPosition),
  };
}

function inputOf({ camera, input }: RunOptions): InputWish {
  if (camera !== undefined && input !== undefined)
    throw usage('both --camera and --input', 'Give one of them.');
  if (input === undefined) return { kind: 'camera', wanted: camera ?? null };
  if (!/^[a-z]+:\/\//i.test(input)) return { kind: 'file', path: input };
  return { kind: 'stream', url: parseStreamUrl(input).href };
}

function outputOf({ output, outputFormat }: RunOptions): OutputWish {
  if (output === undefined)
    throw usage('where to?', 'Give -o: a virtual camera (/dev/video9), a file (out.mp4), or - for a pipe.');
  const format =
    outputFormat === undefined ? null : choiceOf('output format', ['y4m', 'rawvideo'], outputFormat);
  if (output === '-') return { kind: 'pipe', path: null, format: format ?? 'y4m' };
  if (/^\/dev\/video\d+$/.test(output)) return { kind: 'loopback', device: output };
  const extension = extname(output).toLowerCase();
  const pipe = format ?? PIPE_FILES[extension];
  if (pipe !== undefined) return { kind: 'pipe', path: output, format: pipe };
  if (VIDEO_FILES.includes(extension)) return { kind: 'file', path: output };
  throw usage(
    `${output} has no ending that says what it is to be`,
    `Known: ${[...VIDEO_FILES, ...Object.keys(PIPE_FILES)].join(', ')}; or --output-format y4m.`,
  );
}

function sizeOf(text: string): PictureSize {
  const [, width, height] = /^(\d{3,4})x(\d{2,4})$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  const isEven = size.width % 2 === 0 && size.height % 2 === 0;
  if (isEven && size.width >= 320 && size.height >= 180 && size.width <= 1920 && size.height <= 1080)
    return size;
  throw usage('a size is like 1280x720: even sides, from 320x180 to 1920x1080');
}

function rateOf(text: string): FrameRate {
  const num = Number(text);
  if (/^\d{1,2}$/.test(text) && num >= 5 && num <= 60) return { num, den: 1 };
  throw usage('--fps is a whole number from 5 to 60');
}

function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (/^\d{1,5}$/.test(text) && seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
  throw usage(`--seconds is a whole number from 1 to ${String(MAX_SECONDS)}`);
}

function choiceOf<T extends string>(name: string, options: readonly T[], value: string): T {
  const choice = options.find((option) => option === value);
  if (choice !== undefined) return choice;
  throw usage(`${name} is not one of ${options.join(', ')}`);
}

const usage = (message: string, advice: string | null = null): CliError =>
  new CliError('usage', message, advice);
