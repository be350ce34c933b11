import { copyI420, planesOf, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { cameraFrame, observe, paintAvatar, syntheticLandmarks } from '../test-support/synthetic-face.js';
import { createOverlayRenderer } from './renderer.js';

const FRONTAL = { x: 320, y: 240, pxPerCm: 18 };
const LANDMARKS = syntheticLandmarks(FRONTAL);
const AVATAR_POSE = { x: 300, y: 340, pxPerCm: 28 };

function avatarOf(landmarks: Float32Array): Parameters<typeof createOverlayRenderer>[0] {
  const picture = paintAvatar(landmarks, AVATAR_POSE.pxPerCm, { skin: [200, 160, 140] });
  return { picture, landmarks };
}

function lumaAround(frame: I420Frame, x: number, y: number, radius: number): number {
  const plane = planesOf(frame).y;
  let sum = 0;
  for (let row = Math.round(y) - radius; row <= Math.round(y) + radius; row++)
    for (let column = Math.round(x) - radius; column <= Math.round(x) + radius; column++)
      sum += plane[row * frame.width + column] ?? 0;
  return sum / (2 * radius + 1) ** 2;
}

const at = (vertex: number): readonly [number, number] => [
  LANDMARKS[vertex * 3] ?? 0,
  LANDMARKS[vertex * 3 + 1] ?? 0,
];

/** Multiplies luma within a circle. */
function shade(frame: I420Frame, [cx, cy]: readonly [number, number], radius: number, factor: number): void {
  const { y: plane } = planesOf(frame);
  for (let y = Math.round(cy - radius); y <= cy + radius; y++)
    for (let x = Math.round(cx - radius); x <= cx + radius; x++)
      if (Math.hypot(x - cx, y - cy) <= radius)
        plane[y * frame.width + x] = 16 + ((plane[y * frame.width + x] ?? 16) - 16) * factor;
}

describe('the avatar in the wearer’s light', () => {
  const renderer = createOverlayRenderer(avatarOf(syntheticLandmarks(AVATAR_POSE)));
  const draw = (camera: I420Frame): I420Frame => {
    renderer.reset();
    const frame = copyI420(camera);
    expect(renderer.render(frame, observe(LANDMARKS)).status).toBe('rendered');
    return frame;
  };

  it('takes broad light over, but not the shading of the wearer’s own nose', () => {
    const bright = cameraFrame(640, 480, 130);
    shade(bright, at(4), 24, 1.4);
    expect(lumaAround(bright, ...at(4), 4)).toBeGreaterThan(165);
    expect(lumaAround(draw(bright), ...at(4), 4)).toBeLessThan(150);
    const sideLit = cameraFrame(640, 480, 130);
    const { y: plane } = planesOf(sideLit);
    for (let i = 0; i < plane.length; i++)
      plane[i] = 16 + ((plane[i] ?? 16) - 16) * (0.7 + (0.6 * (i % 640)) / 640);
    const lit = draw(sideLit);
    expect(lumaAround(lit, ...at(280), 6) - lumaAround(lit, ...at(50), 6)).toBeGreaterThan(10);
  });

  it('hides the wearer’s brows also when they are raised above the avatar’s', () => {
    const raised = cameraFrame(640, 480, 130);
    const brow = [at(105)[0], at(105)[1] - 0.9 * FRONTAL.pxPerCm] as const;
    shade(raised, brow, 6, 0.4);
    expect(lumaAround(raised, ...brow, 2)).toBeLessThan(70);
    expect(lumaAround(draw(raised), ...brow, 2)).toBeGreaterThan(110);
  });

  it('follows a lamp that goes out at once, and flicker slowly', () => {
    draw(cameraFrame(640, 480, 150));
    const dark = cameraFrame(640, 480, 80);
    renderer.render(dark, observe(LANDMARKS));
    expect(Math.abs(lumaAround(dark, ...at(50), 6) - 81.5)).toBeLessThan(6);
    draw(cameraFrame(640, 480, 150));
    const flickered = cameraFrame(640, 480, 136);
    renderer.render(flickered, observe(LANDMARKS));
    expect(lumaAround(flickered, ...at(50), 6)).toBeGreaterThan(145);
  });

  it('keeps its gain within bounds in the dark and in glare', () => {
    for (const luma of [20, 230]) {
      const report = renderer.render(cameraFrame(640, 480, luma), observe(LANDMARKS));
      expect(report.status === 'rendered' && report.lumaGain).toBeGreaterThan(0.399);
      expect(report.status === 'rendered' && report.lumaGain).toBeLessThan(2.401);
    }
  });
});

describe('the avatar’s proportions', () => {
  /** Where the left iris is darkest, after the wearer's rest is known. */
  const irisX = (shapeBlend: number): number => {
    const wide = syntheticLandmarks(AVATAR_POSE);
    for (let i = 0; i < wide.length; i += 3) wide[i] = 300 + ((wide[i] ?? 0) - 300) * 1.1;
    const renderer = createOverlayRenderer(avatarOf(wide), { shapeBlend });
    let frame = cameraFrame(640, 480, 130);
    for (let k = 0; k < 10; k++) {
      frame = cameraFrame(640, 480, 130);
      expect(renderer.render(frame, observe(LANDMARKS)).status).toBe('rendered');
    }
    const [eyeX, eyeY] = at(473);
    let [sum, norm] = [0, 1e-6];
    for (let x = eyeX - 24; x <= eyeX + 24; x++) {
      const dark = Math.max(0, 90 - lumaAround(frame, x, eyeY, 1));
      sum += dark * x;
      norm += dark;
    }
    return sum / norm;
  };

  it('move the eyes apart when the avatar’s are', () => {
    const wearers = irisX(0);
    expect(Math.abs(wearers - at(473)[0])).toBeLessThan(2);
    // A face fitted to the average head: about half of what it is wider stays in its eyes.
    expect(irisX(1) - wearers).toBeGreaterThan(1);
  });
});
