import { createI420, planesOf, rgbToI420, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { measureAperture } from '../mesh/aperture.js';
import { createFaceTopology } from '../mesh/topology.js';
import { paintPortrait, syntheticLandmarks } from '../test-support/synthetic-face.js';
import type { Canvas } from './canvas.js';
import { lidVertices } from './lid-rows.js';
import { NEUTRAL_PARAMETERS } from './parameters.js';
import { drawPortraitEye, measureEyes, type PortraitEye } from './portrait-eyes.js';

const PX_PER_CM = 40;
const LANDMARKS = syntheticLandmarks({ x: 300, y: 350, pxPerCm: PX_PER_CM });
const { mirror } = createFaceTopology();
const [WIDTH, HEIGHT] = [600, 700];
/** From crease to fold of the right eye: what a heavy brow shades. */
const ABOVE = [113, 225, 224, 223, 222, 221, 189, 247, 30, 29, 27, 28, 56, 190];

function pictureWith(spots: readonly number[]): I420Frame {
  const paint = { skin: [190, 140, 110], background: [60, 90, 130], spots } as const;
  return rgbToI420(paintPortrait(LANDMARKS, PX_PER_CM, paint));
}

function rightEyeOf(picture: I420Frame): PortraitEye {
  const [right] = measureEyes(LANDMARKS, mirror, planesOf(picture), {
    ...{ width: WIDTH, height: HEIGHT, pxPerCm: PX_PER_CM },
  });
  if (right === undefined) throw new Error('two eyes were measured');
  return right;
}

/** The picture with its right eye shut, or so far open, and where the lids meet in its middle. */
function shut(
  picture: I420Frame,
  open = 0,
): { readonly shown: I420Frame; readonly x: number; readonly seam: number } {
  const eye = rightEyeOf(picture);
  const at = (axis: number): Float32Array =>
    Float32Array.from({ length: 478 }, (_, i) => LANDMARKS[i * 3 + axis] ?? 0);
  const [xs, ys] = [at(0), at(1)];
  const rest = ys.slice();
  for (const { vertex, from, to, share } of lidVertices('right', mirror))
    ys[vertex] = (ys[vertex] ?? 0) + ((rest[to] ?? 0) - (rest[from] ?? 0)) * share * (1 - open);
  const shown = createI420(WIDTH, HEIGHT);
  shown.data.set(picture.data);
  const { chromaWidth, chromaHeight } = planesOf(shown);
  const size = { x: 0, y: 0, width: WIDTH, height: HEIGHT, chromaWidth, chromaHeight } as const;
  const canvas: Canvas = { ...size, planes: planesOf(shown) };
  const closed = { ...NEUTRAL_PARAMETERS, lids: { left: open, right: open } };
  drawPortraitEye(canvas, planesOf(picture), eye, xs, ys, PX_PER_CM, 1, closed);
  const { centreX, centreY, upper, lower } = measureAperture(xs, ys, eye.ring);
  const seam = centreY + ((upper[24] ?? 0) + (lower[24] ?? 0)) / 2;
  return { shown, x: Math.round(centreX), seam: Math.round(seam) };
}

const lumaAt = ({ data }: I420Frame, x: number, y: number): number => (data[y * WIDTH + x] ?? 0) - 16;

describe('shut lids of a portrait', () => {
  it('take their skin from above, and from below where a brow shades what is above', () => {
    expect(rightEyeOf(pictureWith([])).fromBelow).toBe(0);
    expect(rightEyeOf(pictureWith(ABOVE)).fromBelow).toBe(1);
  });

  it('stand out of the shadow of a brow', () => {
    const { shown, x, seam } = shut(pictureWith(ABOVE));
    const skin = lumaAt(shown, x, seam + PX_PER_CM);
    expect(lumaAt(shown, x, seam - Math.round(0.25 * PX_PER_CM))).toBeGreaterThan(0.8 * skin);
  });

  it('meet in a dark line, not in a red one', () => {
    const { shown, x, seam } = shut(pictureWith([]));
    expect(lumaAt(shown, x, seam)).toBeLessThan(0.35 * lumaAt(shown, x, seam + PX_PER_CM));
    const { v } = planesOf(shown);
    const red = (y: number): number => (v[(y >> 1) * (WIDTH >> 1) + (x >> 1)] ?? 0) - 128;
    expect(red(seam)).toBeLessThan(0.65 * red(seam + PX_PER_CM));
  });

  it('show their lashes in a frame that catches a blink a quarter open', () => {
    // A white eye without iris or pupil: what is dark there are lashes.
    const picture = pictureWith([]);
    const { y } = planesOf(picture);
    for (let i = 0; i < y.length; i++) if ((y[i] ?? 0) < 60) y[i] = 190;
    const { shown, x, seam } = shut(picture, 0.25);
    expect(lumaAt(shown, x, seam)).toBeLessThan(0.5 * lumaAt(shown, x, seam + PX_PER_CM));
  });
});
