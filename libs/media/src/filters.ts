import { MediaError } from './errors.js';
import type { Fit, FrameRate, MediaInfo, PictureSize } from './types.js';

/** BT.709 matrix, limited range: the one picture format of the whole chain (libs/frame). */
const TO_BT709 = 'out_color_matrix=bt709:out_range=tv';
/** PQ and HLG to SDR: linear light, Hable curve (keeps faces natural), back to BT.709. Needs libzimg. */
const TONE_MAP = [
  'zscale=t=linear:npl=203',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
  'format=yuv420p',
];

/** HDR material that leaves its colours unsaid is BT.2020, as BT.2100 has it. */
function toneMap(info: MediaInfo): string[] {
  if (info.hdr === null) return [];
  const transfer = info.hdr === 'pq' ? 'smpte2084' : 'arib-std-b67';
  const said = info.matrixTagged && info.primariesTagged;
  const assumed = `setparams=color_primaries=bt2020:color_trc=${transfer}:colorspace=bt2020nc:range=tv`;
  return [...(said ? [] : [assumed]), ...TONE_MAP];
}

/** Default working size: as displayed, made even, shrunk (never enlarged) into `max`. */
export function chooseSize(display: PictureSize, max: PictureSize): PictureSize {
  const scale = Math.min(1, max.width / display.width, max.height / display.height);
  return { width: even(display.width * scale), height: even(display.height * scale) };
}

function even(value: number): number {
  return Math.max(2, Math.floor(Math.round(value * 1e6) / 1e6 / 2) * 2);
}

/** Refuses sizes that 4:2:0 pictures cannot have. */
export function checkSize(size: PictureSize): void {
  const sides = [size.width, size.height];
  if (sides.some((side) => !Number.isInteger(side) || side < 2 || side > 8192 || side % 2 !== 0)) {
    throw new MediaError(
      'bad-size',
      `A picture of ${size.width}×${size.height} cannot be made: both sides must be even numbers from 2 to 8192.`,
    );
  }
}

/** Interlaced pictures become whole ones with their neighbours' help; progressive ones pass as they are. */
const DEINTERLACE = 'yadif=mode=send_frame:deint=interlaced';
/** Of pictures that lie seconds apart, one field each: their neighbours cannot help. */
const ONE_FIELD = 'field=type=top';
/** Makes ffmpeg say on its error stream at what media time each picture is shown: `PictureTimes` reads it. */
const TELL_TIMES = 'showinfo';

/** The ffmpeg filter chain that turns any stream into evenly timed 8-bit BT.709 limited-range I420 of one size. */
export function videoFilter(info: MediaInfo, size: PictureSize, fit: Fit, fps: FrameRate): string {
  return [
    ...(info.interlaced ? [DEINTERLACE] : []),
    // start_time=0: a stream that starts late keeps its place relative to the sound.
    `fps=fps=${fps.num}/${fps.den}:start_time=0`,
    ...picture(info, size, fit),
  ].join(',');
}

/** As `videoFilter`, for single pictures at least `spacingSeconds` apart that tell their times. */
export function sampleFilter(info: MediaInfo, size: PictureSize, spacingSeconds: number): string {
  // Time stamps are rounded to the container's time base.
  const least = Math.max(0, spacingSeconds - 0.02).toFixed(3);
  return [
    `select='isnan(prev_selected_t)+gte(t-prev_selected_t,${least})'`,
    ...(info.interlaced ? [ONE_FIELD] : []),
    ...picture(info, size, 'contain'),
    TELL_TIMES,
  ].join(',');
}

/** Lets pictures of a part through, by their times in seconds; `to` null: to the end. */
export const betweenFilter = (from: number, to: number | null): string =>
  `select='gte(t,${from.toFixed(3)})${to === null ? '' : `*lt(t,${to.toFixed(3)})`}'`;

function picture(info: MediaInfo, size: PictureSize, fit: Fit): string[] {
  return [...toneMap(info), ...scaling(info, size, fit), 'setsar=1', 'format=yuv420p'];
}

function scaling(info: MediaInfo, size: PictureSize, fit: Fit): string[] {
  const { width, height } = size;
  const colour = `in_color_matrix=${inputMatrix(info)}:${TO_BT709}`;
  const scaleTo = (w: number, h: number) =>
    `scale=${w}:${h}:flags=bicubic+accurate_rnd+full_chroma_int:${colour}`;
  if (fit === 'fill') return [scaleTo(width, height)];
  const ratios = [width / info.width, height / info.height];
  // Rounding a side down to even changes the shape by less than two pixels: no bars and no cut for that.
  if (
    Math.abs(info.width * Math.max(...ratios) - width) < 2 &&
    Math.abs(info.height * Math.max(...ratios) - height) < 2
  ) {
    return [scaleTo(width, height)];
  }
  if (fit === 'cover') {
    const grow = Math.max(...ratios);
    const [w, h] = [evenUp(info.width * grow), evenUp(info.height * grow)];
    return [scaleTo(w, h), `crop=${width}:${height}`];
  }
  const shrink = Math.min(...ratios);
  const [w, h] = [even(info.width * shrink), even(info.height * shrink)];
  return [scaleTo(w, h), `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2:color=black`];
}

function evenUp(value: number): number {
  return Math.ceil(value / 2 - 1e-6) * 2;
}

/** Untagged material: BT.709 from 720 lines up, BT.601 below, as players assume. After tone mapping it is BT.709. */
function inputMatrix(info: MediaInfo): string {
  if (info.hdr !== null) return 'bt709';
  if (info.matrixTagged) return 'auto';
  return info.coded.height >= 720 ? 'bt709' : 'smpte170m';
}
