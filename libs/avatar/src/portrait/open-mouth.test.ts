import { createI420, planesOf, type RgbImage } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { AvatarError } from '../errors.js';
import { paintPortrait, syntheticLandmarks } from '../test-support/synthetic-face.js';
import { CONTROL_POINTS, NEUTRAL_PARAMETERS } from './parameters.js';
import { createPortraitRenderer } from './portrait-renderer.js';

const POSE = { x: 300, y: 260, pxPerCm: 15 };
const PAINT = { skin: [200, 160, 140], background: [60, 90, 130] } as const;
const landmarks = syntheticLandmarks(POSE);
const picture = paintPortrait(landmarks, POSE.pxPerCm, PAINT);
const open = syntheticLandmarks({ ...POSE, jawCm: 1.6 });
const SIZE = { width: 640, height: 360 };

/** An open mouth whose upper half is white and whose lower half is pure blue. */
function openView(): { readonly picture: RgbImage; readonly landmarks: Float32Array } {
  const view = paintPortrait(open, POSE.pxPerCm, PAINT);
  const [upper, lower] = [open[13 * 3 + 1] ?? 0, open[14 * 3 + 1] ?? 0];
  for (let y = Math.floor(upper); y <= lower; y++)
    for (let x = 260; x < 340; x++)
      view.data.set(y < (upper + lower) / 2 ? [235, 235, 235] : [10, 10, 200], (y * view.width + x) * 3);
  return { picture: view, landmarks: open };
}

function mouthOf(view?: ReturnType<typeof openView>) {
  const renderer = createPortraitRenderer(
    { picture, landmarks, ...(view === undefined ? {} : { mouthOpen: view }) },
    SIZE,
  );
  const frame = createI420(SIZE.width, SIZE.height);
  const lowered = [14, 178, 402, 17, 181, 405, 152];
  const shifts = CONTROL_POINTS.flatMap((vertex) => [0, lowered.includes(vertex) ? 1.4 : 0]);
  renderer.render({ ...NEUTRAL_PARAMETERS, shifts }, frame);
  const zoom = SIZE.height / (42 * POSE.pxPerCm);
  const top = (landmarks[168 * 3 + 1] ?? 0) - 0.42 * 42 * POSE.pxPerCm;
  const row = (cm: number): number =>
    Math.round(((landmarks[13 * 3 + 1] ?? 0) + cm * POSE.pxPerCm - top) * zoom);
  const { y, u, chromaWidth } = planesOf(frame);
  return {
    luma: (cm: number): number => y[row(cm) * SIZE.width + 320] ?? 0,
    blue: (cm: number): number => u[(row(cm) >> 1) * chromaWidth + 160] ?? 0,
  };
}

function codeOf(view: ReturnType<typeof openView>): string {
  try {
    mouthOf(view);
    return 'accepted';
  } catch (error) {
    return error instanceof AvatarError ? error.code : String(error);
  }
}

describe('a view with an open mouth', () => {
  it('shows its own upper part under the upper lip and its lower part over the lower one', () => {
    const [own, drawn] = [mouthOf(openView()), mouthOf()];
    expect(own.luma(0.4)).toBeGreaterThan(180);
    expect(own.blue(1.2)).toBeGreaterThan(170);
    expect(drawn.blue(1.2)).toBeLessThan(140);
  });

  it('is refused when the mouth is shut, or the face turned', () => {
    expect(codeOf({ picture, landmarks })).toBe('mouth-not-open');
    expect(codeOf({ picture, landmarks: syntheticLandmarks({ ...POSE, jawCm: 1.6, yawDeg: 30 }) })).toBe(
      'face-turned-away',
    );
  });
});
