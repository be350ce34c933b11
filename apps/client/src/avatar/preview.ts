import {
  createPortraitRenderer,
  NEUTRAL_PARAMETERS,
  type AvatarBundle,
  type FaceParameters,
} from '@guise/avatar';
import {
  createI420,
  cropI420,
  drawLine,
  fillBox,
  i420ToRgb,
  lineCells,
  rgbToI420,
  scaleI420,
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
const NOSE_TIP = 4;
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

type FurtherView = NonNullable<AvatarBundle['views']>[number];

/** A further view as the bundle has it: as much of it as fits around the face, small and marked like everything else. */
async function viewTile({ role, picture, landmarks }: FurtherView): Promise<I420Frame> {
  const whole = rgbToI420(await decodeImage(picture.bytes));
  const scale = Math.min(whole.width / SIZE.width, whole.height / SIZE.height);
  const within = (middle: number, length: number, side: number): number =>
    Math.max(0, Math.min(side - length, middle - length / 2)) & ~1;
  const [width, height] = [(SIZE.width * scale) & ~1, (SIZE.height * scale) & ~1];
  const [noseX = 0, noseY = 0] = landmarks.subarray(NOSE_TIP * 3);
  const x = within(noseX, width, whole.width);
  const y = within(noseY, height, whole.height);
  const frame = scaleI420(cropI420(whole, { x, y, width, height }), SIZE.width, SIZE.height);
  markPreview(frame, role.toUpperCase());
  return frame;
}

/** Every pose beside each other, then every further view, as PNG. */
export async function previewSheet(bundle: AvatarBundle): Promise<Uint8Array> {
  const draw = await openPreview(bundle);
  const tiles = [
    ...PREVIEW_POSES.map(({ name, parameters }) => draw(parameters, name)),
    ...(await Promise.all((bundle.views ?? []).map(viewTile))),
  ];
  const rows = Math.ceil(tiles.length / COLUMNS);
  const sheet: RgbImage = {
    width: COLUMNS * SIZE.width,
    height: rows * SIZE.height,
    data: new Uint8Array(COLUMNS * SIZE.width * rows * SIZE.height * 3),
  };
  tiles.forEach((frame, i) => {
    const tile = i420ToRgb(frame);
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
