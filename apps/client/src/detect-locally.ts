import { surveyMedia, type SampledPicture, type Survey, type SurveyOptions } from '@guise/media';
import { isWholeFrame, regionOf, shareOf, USUAL_SHAPE } from '@guise/verification';
import {
  createDetector,
  type Detection,
  type DetectorStream,
  type Outline,
  type TimedLumaFrame,
  type WindowDetection,
  WatermarkError,
} from 'invisible-watermark-ts';
import { CliError } from './cli-error.js';
import { timelineOf, type SeenPicture, type SeenSecond, type TimelineSecond } from './detect/timeline.js';
import { readPrivateFile } from './home/private-file.js';

/** What a detection without the authority says. */
export interface LocalDetection {
  readonly marked: boolean;
  /** Needs the authority's records: never known locally. */
  readonly authorised: null;
  readonly confidenceLog10: number | null;
  readonly technique: 'invisible-watermark-ts';
  /** Of the clearest mark. */
  readonly session: number | null;
  /** Size of the pictures in which regions are told. */
  readonly picture: { readonly width: number; readonly height: number };
  /** Seconds that were looked at, of so many. */
  readonly coverage: { readonly seconds: number; readonly read: number };
  readonly timeline: readonly TimelineSecond[];
}

export interface DetectLocallyOptions {
  /** Part to look at, in seconds of media time. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number | null) => void;
}

/** Smaller pictures hold no mark that could be read. */
const LIMITS = { minWidth: 32, minHeight: 32 };
/** Marked pictures that are told apart in one frame: a gallery view of four by four. */
const MAX_PICTURES = 16;
/** The whole search is made so often at most in a long recording, beside the places where pictures come and go. */
const WHOLE_SEARCHES = 8;
const LEAST_WINDOWS_BETWEEN_SEARCHES = 20;
/** In a part no longer than this it is made in every second. */
const SEARCHED_SECONDS = 30;

/**
 * Looks for the marks of one organisation in a picture, clip or recording, second by second; of long material in a second
 * every so often, and the answer says which.
 * @param key the organisation's marking key, 32 bytes
 * @throws MediaError, CliError `badInput`
 */
export async function detectLocally(
  file: string,
  key: Uint8Array,
  options: DetectLocallyOptions = {},
): Promise<LocalDetection> {
  const survey = await surveyMedia(file, { ...partOf(options), limits: LIMITS });
  const seen = await readMarks(survey, key, options).catch((error: unknown) => {
    throw isTooThin(error)
      ? new CliError('badInput', `${file} is too small or too thin a picture to read`)
      : error;
  });
  const [from, to] = bounds(survey, options, seen);
  const all = [...seen.values()]
    .flatMap(({ pictures }) => pictures)
    .sort((a, b) => a.confidenceLog10 - b.confidenceLog10);
  const { width, height } = survey.info;
  return {
    marked: all.length > 0,
    authorised: null,
    confidenceLog10: all[0]?.confidenceLog10 ?? null,
    technique: 'invisible-watermark-ts',
    session: all[0]?.session ?? null,
    picture: { width, height },
    coverage: { seconds: to - from, read: seen.size },
    timeline: timelineOf(seen, from, to),
  };
}

/** A long and narrow picture may get too narrow when it is scaled down. */
const isTooThin = (error: unknown): boolean =>
  error instanceof WatermarkError && error.code === 'invalid-size';

/** What was seen in each second that was looked at. */
async function readMarks(
  survey: Survey,
  key: Uint8Array,
  options: DetectLocallyOptions,
): Promise<Map<number, SeenSecond>> {
  const seen = new Map<number, SeenSecond>();
  const stream = openStream(survey, key, options);
  const note = (window: WindowDetection | null, frame: TimedLumaFrame | null): void => {
    if (window === null || frame === null) return;
    const second = Math.floor(window.fromMs / 1000);
    const before = seen.get(second);
    seen.set(second, {
      pictures: [
        ...(before?.pictures ?? []),
        ...window.pictures.flatMap((found) => seenOf(found, scaleOf(survey, frame))),
      ],
      isGlance: isGlance(window, frame) && (before?.isGlance ?? true),
    });
  };
  let latest: TimedLumaFrame | null = null;
  let done = 0;
  for await (const picture of survey.open()) {
    const frame = lumaOf(picture);
    note(stream.push(frame), latest);
    latest = frame;
    options.onProgress?.((done += 1), survey.expectedPictures);
  }
  note(stream.finish(), latest);
  return seen;
}

/** A place elsewhere was not looked at, and the pictures found leave room for one. */
function isGlance({ search, pictures }: WindowDetection, frame: TimedLumaFrame): boolean {
  const regions = pictures.flatMap(({ geometry }) =>
    geometry === null ? [] : [regionOf(geometry, USUAL_SHAPE)],
  );
  return search === 'aligned' && !isWholeFrame(shareOf(frame, regions));
}

/** One window a second, or a picture where they lie seconds apart: what is said of a second comes from it alone. */
function openStream(
  { info, expectedPictures }: Survey,
  key: Uint8Array,
  { from = 0, to = Number.POSITIVE_INFINITY }: DetectLocallyOptions,
): DetectorStream {
  const rarely = Math.max(
    LEAST_WINDOWS_BETWEEN_SEARCHES,
    Math.ceil((expectedPictures ?? 0) / WHOLE_SEARCHES),
  );
  return createDetector({ key }).stream({
    windowSeconds: 0.999,
    framesPerSecond: 8,
    limit: MAX_PICTURES,
    search: info.kind === 'image' ? 'rotated' : 'scaled',
    searchEvery: to - from <= SEARCHED_SECONDS ? 1 : rarely,
  });
}

/** From pixels of the pictures that were read to pixels of the file. */
interface Scale {
  readonly x: number;
  readonly y: number;
}

const scaleOf = ({ info }: Survey, { width, height }: TimedLumaFrame): Scale => ({
  x: info.width / width,
  y: info.height / height,
});

function seenOf({ payload, region, confidenceLog10 }: Detection, scale: Scale): SeenPicture[] {
  if (payload === null || region === null || confidenceLog10 === null) return [];
  const { session, epochHint } = payload;
  return [{ session, epochHint, region: scaled(region, scale), confidenceLog10 }];
}

function scaled([a, b, c, d]: Outline, { x, y }: Scale): Outline {
  const at = (corner: Outline[number]) => ({ x: Math.round(corner.x * x), y: Math.round(corner.y * y) });
  return [at(a), at(b), at(c), at(d)];
}

const lumaOf = ({ frame: { data, width, height }, timestampMs }: SampledPicture): TimedLumaFrame => ({
  luma: data.subarray(0, width * height),
  width,
  height,
  stride: width,
  timestampMs,
});

function partOf({ from, to, signal }: DetectLocallyOptions): SurveyOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(from === undefined ? {} : { startSeconds: from }),
    ...(to === undefined ? {} : { durationSeconds: to - (from ?? 0) }),
  };
}

/** First second and the one after the last: of the part asked for, as far as there is material. */
function bounds(
  { materialSeconds }: Survey,
  { from = 0, to = Number.POSITIVE_INFINITY }: DetectLocallyOptions,
  seen: ReadonlyMap<number, unknown>,
): [number, number] {
  const lastSeen = Math.max(-1, ...seen.keys());
  const end = Math.max(lastSeen + 1, Math.ceil(Math.min(to, materialSeconds ?? 0)));
  return [Math.floor(from), end];
}

/** Reads a marking key (64 hexadecimal digits or 43 of base64url). @throws CliError `badInput`, `notPaired` (mode) */
export async function readMarkingKey(file: string): Promise<Uint8Array> {
  const text = (await readPrivateFile(file))?.trim();
  if (text === undefined) throw new CliError('badInput', `${file} does not exist`);
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) return new Uint8Array(Buffer.from(text, 'base64url'));
  throw new CliError(
    'badInput',
    `${file} is not a marking key`,
    'It holds 32 bytes as 64 hexadecimal digits or 43 of base64url.',
  );
}
