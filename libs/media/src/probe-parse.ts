import { z } from 'zod';
import { parseRate, rateValue } from './rate.js';
import type { FrameRate, HdrTransfer, MediaInfo, PictureSize } from './types.js';

/** The part of `ffprobe -of json` that is used. Every value is text or number as ffprobe prints it. */
const stream = z.object({
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.int().nonnegative().optional(),
  height: z.int().nonnegative().optional(),
  sample_aspect_ratio: z.string().optional(),
  pix_fmt: z.string().optional(),
  bits_per_raw_sample: z.string().optional(),
  color_space: z.string().optional(),
  color_primaries: z.string().optional(),
  field_order: z.string().optional(),
  color_transfer: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  duration: z.string().optional(),
  nb_frames: z.string().optional(),
  disposition: z.object({ attached_pic: z.int().optional() }).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
});
type Stream = z.infer<typeof stream>;
const probeOutput = z.object({
  streams: z.array(stream).max(200).default([]),
  format: z.object({ format_name: z.string(), duration: z.string().optional() }),
});

/** Reads ffprobe's answer; null when it describes nothing usable. */
export function parseProbe(json: string): MediaInfo | null {
  const parsed = probeOutput.safeParse(parseJson(json));
  if (!parsed.success) return null;
  const { streams, format } = parsed.data;
  const audio = streams.find((s) => s.codec_type === 'audio');
  const pictures = streams.filter((s) => s.codec_type === 'video' && s.disposition?.attached_pic !== 1);
  const [picture] = pictures;
  const sound = { hasAudio: audio !== undefined, audioCodec: audio?.codec_name ?? null };
  const containerSeconds = positive(format.duration);
  if (picture === undefined)
    return audio === undefined ? null : { ...NO_PICTURE, ...sound, durationSeconds: containerSeconds };
  if (picture.width === undefined || picture.height === undefined || picture.width * picture.height === 0)
    return null;
  const rotationDeg = rotationOf(picture);
  const average = parseRate(picture.avg_frame_rate);
  const base = parseRate(picture.r_frame_rate);
  return {
    kind: /_pipe$|^image2/.test(format.format_name) ? 'image' : 'video',
    ...displaySize(picture, rotationDeg),
    coded: { width: picture.width, height: picture.height },
    rotationDeg,
    fps: average ?? base,
    variableRate: isVariable(average, base),
    durationSeconds: trackSeconds(picture) ?? containerSeconds,
    pictureSeconds: trackSeconds(picture),
    frames: positive(picture.nb_frames),
    bitDepth: bitDepthOf(picture),
    hdr: hdrOf(picture),
    matrixTagged: !['', 'unknown', 'reserved', 'gbr'].includes(picture.color_space ?? ''),
    primariesTagged: !['', 'unknown', 'reserved'].includes(picture.color_primaries ?? ''),
    interlaced: ['tt', 'bb', 'tb', 'bt'].includes(picture.field_order ?? ''),
    videoCodec: picture.codec_name ?? null,
    otherTracks: pictures.length - 1 + streams.filter((s) => s.codec_type === 'subtitle').length,
    ...sound,
  };
}

const NO_PICTURE = {
  kind: 'audio-only',
  width: 0,
  height: 0,
  coded: { width: 0, height: 0 },
  rotationDeg: 0,
  fps: null,
  pictureSeconds: null,
  variableRate: false,
  frames: null,
  bitDepth: 8,
  hdr: null,
  matrixTagged: false,
  primariesTagged: false,
  interlaced: false,
  videoCodec: null,
  otherTracks: 0,
} as const;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function positive(text: string | undefined): number | null {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : null;
}

/** A track's own length: a field in most containers, a tag like 00:00:04.000000000 in Matroska and WebM. */
function trackSeconds(picture: Stream): number | null {
  const tag = /^(\d{1,4}):(\d\d):(\d\d(?:\.\d+)?)$/.exec(picture.tags?.DURATION ?? '');
  const tagged = tag === null ? undefined : Number(tag[1]) * 3600 + Number(tag[2]) * 60 + Number(tag[3]);
  return positive(picture.duration) ?? positive(tagged?.toString());
}

/** Clockwise rotation a viewer applies; ffprobe counts counter-clockwise. */
function rotationOf(picture: Stream): number {
  const matrix = picture.side_data_list?.find((data) => data.rotation !== undefined)?.rotation;
  const clockwise = matrix === undefined ? Number(picture.tags?.rotate ?? 0) : -matrix;
  return Number.isFinite(clockwise) ? (((Math.round(clockwise / 90) * 90) % 360) + 360) % 360 : 0;
}

function displaySize(picture: Stream, rotationDeg: number): PictureSize {
  const aspect = parseRate(picture.sample_aspect_ratio?.replace(':', '/'));
  const height = picture.height ?? 0;
  const width = Math.round((picture.width ?? 0) * (aspect === null ? 1 : rateValue(aspect)));
  return rotationDeg % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** More than one percent between the average and the base rate means uneven spacing. */
function isVariable(average: FrameRate | null, base: FrameRate | null): boolean {
  if (average === null || base === null) return true;
  return Math.abs(rateValue(average) / rateValue(base) - 1) > 0.01;
}

function bitDepthOf(picture: Stream): number {
  const named = /(?:p|gray|gbrp)(9|10|12|14|16)(?:le|be)?$/.exec(picture.pix_fmt ?? '')?.[1];
  return Number(named ?? positive(picture.bits_per_raw_sample) ?? 8);
}

function hdrOf(picture: Stream): HdrTransfer | null {
  if (picture.color_transfer === 'smpte2084') return 'pq';
  return picture.color_transfer === 'arib-std-b67' ? 'hlg' : null;
}
