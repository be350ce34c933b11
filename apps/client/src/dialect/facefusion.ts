import { CliError } from '../cli-error.js';
import type { IniEntry } from './ini.js';
import { splitList } from './ini.js';

/** One option that FaceFusion's users know: its config key and how its value looks. */
interface DialectOption {
  readonly key: string;
  readonly list: boolean;
}

const one = (key: string): DialectOption => ({ key, list: false });
const many = (key: string): DialectOption => ({ key, list: true });

/** Options of FaceFusion that mean the same here. `--some-option` and `some_option =` are the same. */
export const UNDERSTOOD: readonly DialectOption[] = [
  many('source_paths'),
  one('target_path'),
  one('output_path'),
  many('processors'),
  many('execution_providers'),
  one('output_video_resolution'),
  one('trim_frame_start'),
  one('trim_frame_end'),
];

/** Options of Guise that have no FaceFusion counterpart, allowed in the config file too. */
export const OWN: readonly DialectOption[] = [
  one('avatar'),
  one('permit'),
  one('mode'),
  one('purpose'),
  one('audience'),
  one('meeting'),
  one('label_position'),
  one('own_models'),
  one('bare_face'),
  one('fill_light'),
  one('denoise'),
];

/** FaceFusion options that have no effect here, by prefix; taken with a notice so that existing scripts keep running. */
const WITHOUT_EFFECT: readonly string[] = [
  'face_detector_',
  'face_landmarker_',
  'face_selector_',
  'face_mask_',
  'face_occluder_',
  'face_parser_',
  'face_swapper_',
  'face_enhancer_',
  'frame_enhancer_',
  'reference_',
  'execution_device_',
  'execution_thread_',
  'execution_queue_',
  'video_memory_',
  'system_memory_',
  'temp_',
  'keep_temp',
  'jobs_path',
  'log_level',
  'output_audio_',
  'output_image_',
  'output_video_encoder',
  'output_video_preset',
  'output_video_quality',
  'output_video_fps',
  'download_',
  'halt_on_error',
];

export type DialectValues = Readonly<Record<string, readonly string[]>>;

export interface DialectFile {
  readonly values: DialectValues;
  /** Keys that FaceFusion knows and Guise has no use for. */
  readonly withoutEffect: readonly string[];
}

/**
 * Reads the entries of a config file.
 * @throws CliError `usage` for a key that neither program knows: a misspelt key must not be silently ignored
 */
export function interpretConfig(entries: readonly IniEntry[], name: string): DialectFile {
  const values: Record<string, readonly string[]> = {};
  const withoutEffect: string[] = [];
  for (const { key, value, line } of entries) {
    const option = [...UNDERSTOOD, ...OWN].find((known) => known.key === key);
    if (option !== undefined) values[key] = option.list ? splitList(value) : [unquote(value)];
    else if (hasNoEffect(key)) withoutEffect.push(key);
    else
      throw new CliError(
        'usage',
        `${name}, line ${String(line)}: unknown key ${key}`,
        'See `guise process --help` for the keys.',
      );
  }
  return { values, withoutEffect };
}

export const hasNoEffect = (key: string): boolean => WITHOUT_EFFECT.some((prefix) => key.startsWith(prefix));

const unquote = (value: string): string => value.replace(/^"(.*)"$/, '$1');

/** Processors of FaceFusion and what Guise has for them; its swapper is what Guise calls an overlay. */
const BUILT_IN_PROCESSOR = 'face_swapper';
const OTHER_PROCESSORS: readonly string[] = ['face_enhancer', 'frame_enhancer', 'expression_restorer'];
/** What a network of the user's own may do. */
const PLUGGABLE_PROCESSOR = 'face_enhancer';

/**
 * Checks `--processors`: the swapper is built in; those that need a neural model are skipped with a notice, because no
 * model for them is installed; any other is an error.
 * @throws CliError `usage`
 */
export function chooseProcessors(
  wanted: readonly string[],
  hasOwnModels = false,
): { readonly skipped: readonly string[] } {
  const unknown = wanted.find((name) => name !== BUILT_IN_PROCESSOR && !OTHER_PROCESSORS.includes(name));
  if (unknown !== undefined) {
    throw new CliError(
      'usage',
      `unknown processor ${unknown}`,
      `Known: ${[BUILT_IN_PROCESSOR, ...OTHER_PROCESSORS].join(', ')}.`,
    );
  }
  if (!wanted.includes(BUILT_IN_PROCESSOR)) {
    throw new CliError(
      'usage',
      `--processors must include ${BUILT_IN_PROCESSOR}`,
      'It is what puts the avatar’s face on; without --processors the avatar’s own picture is shown.',
    );
  }
  const done = hasOwnModels ? [BUILT_IN_PROCESSOR, PLUGGABLE_PROCESSOR] : [BUILT_IN_PROCESSOR];
  return { skipped: wanted.filter((name) => !done.includes(name)) };
}
