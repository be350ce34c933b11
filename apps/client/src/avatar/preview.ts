import {
  createPortraitRenderer,
  NEUTRAL_PARAMETERS,
  type AvatarBundle,
  type FaceParameters,
} from '@guise/avatar';
import {
  createI420,
  drawLine,
  fillBox,
  i420ToRgb,
  lineCells,
  type I420Frame,
  type RgbImage,
} from '@guise/frame';
import { decodeImage, encodePng, encodeVideo } from '@guise/media';
import { portraitExtras } from './portrait-extras.js';
import { between, PREVIEW_POSES } from './preview-poses.js';

/** Small on purpose: enough to judge an avatar, too little to pass for a meeting. */
const SIZE = { width: 640, height: 360 } as const;
const COLUMNS = 3;
const FPS = 30;
/** A pose is reached, held and left in so many frames each. */
const PHASE = 12;
const MARK = 'PREVIEW - NOT A MEETING';
const MARK_SCALE = 4;
const NAME_SCALE = 2;
const [BAND_LUMA, INK_LUMA] = [24, 235];

/** Draws a marked picture of an avatar under made-up parameters. There is no way in for a camera or for other parameters. */
async function openPreview(bundle: AvatarBundle) {
  const picture = await decodeImage(bundle.picture.bytes);
  const { landmarks } = bundle;
  const renderer = createPortraitRenderer({ picture, landmarks, ...(await portraitExtras(bundle)) }, SIZE);
  return (parameters: FaceParameters, name: string): I420Frame => {
    const frame = createI420(SIZE.width, SIZE.height);
    renderer.render(parameters, frame);
    markPreview(frame, name);
    return frame;
  };
}

/** A band across the chest of every picture, so that no cut of it is without one that shows the shoulders. */
function markPreview(frame: I420Frame, name: string): void {
  const height = 9 * MARK_SCALE + 10;
  const y = Math.round(frame.height * 0.84) & ~1;
  fillBox(frame, { x: 0, y, width: frame.width, height }, BAND_LUMA);
  const x = (frame.width - lineCells(MARK) * MARK_SCALE) >> 1;
  drawLine(frame, MARK, x, y + 9, MARK_SCALE, INK_LUMA);
  fillBox(
    frame,
    { x: 8, y: 8, width: (lineCells(name) + 6) * NAME_SCALE, height: 11 * NAME_SCALE },
    BAND_LUMA,
  );
  drawLine(frame, name, 8 + 3 * NAME_SCALE, 8 + 2 * NAME_SCALE, NAME_SCALE, INK_LUMA);
}

/** Every pose beside each other, as PNG. */
export async function previewSheet(bundle: AvatarBundle): Promise<Uint8Array> {
  const draw = await openPreview(bundle);
  const rows = Math.ceil(PREVIEW_POSES.length / COLUMNS);
  const sheet: RgbImage = {
    width: COLUMNS * SIZE.width,
    height: rows * SIZE.height,
    data: new Uint8Array(COLUMNS * SIZE.width * rows * SIZE.height * 3),
  };
  PREVIEW_POSES.forEach(({ name, parameters }, i) => {
    const tile = i420ToRgb(draw(parameters, name));
    const left = (i % COLUMNS) * SIZE.width;
    const top = Math.floor(i / COLUMNS) * SIZE.height;
    for (let row = 0; row < SIZE.height; row++)
      sheet.data.set(
        tile.data.subarray(row * SIZE.width * 3, (row + 1) * SIZE.width * 3),
        ((top + row) * sheet.width + left) * 3,
      );
  });
  return encodePng(sheet);
}

/** From rest to every pose and back, as a video file. */
export async function previewClip(bundle: AvatarBundle, file: string): Promise<{ readonly frames: number }> {
  const draw = await openPreview(bundle);
  const encoder = await encodeVideo(file, { ...SIZE, fps: { num: FPS, den: 1 } });
  for (const { name, parameters } of PREVIEW_POSES)
    for (let k = 0; k < 3 * PHASE; k++) {
      const way = k < PHASE ? k / PHASE : k < 2 * PHASE ? 1 : (3 * PHASE - k) / PHASE;
      const eased = way * way * (3 - 2 * way);
      await encoder.write(draw(between(NEUTRAL_PARAMETERS, parameters, eased), name));
    }
  return encoder.finish();
}
