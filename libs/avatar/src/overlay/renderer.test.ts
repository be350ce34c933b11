import { copyI420, LANDMARK_COUNT, planesOf, type Box, type I420Frame } from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AvatarError } from '../errors.js';
import {
  cameraFrame,
  observe,
  paintAvatar,
  syntheticLandmarks,
  type AvatarPaint,
} from '../test-support/synthetic-face.js';
import { createOverlayRenderer } from './renderer.js';
import type { OverlayOptions, OverlayRenderer, RenderReport } from './types.js';

const AVATAR_POSE = { x: 300, y: 340, pxPerCm: 28 };
const AVATAR_LANDMARKS = syntheticLandmarks(AVATAR_POSE);
const FRONTAL = { x: 320, y: 240, pxPerCm: 18 };

const made = new Map<string, OverlayRenderer>();

/** Unrolling a picture takes a while: renderers are kept, and handed out as new. */
function rendererOf(paint: AvatarPaint, options: OverlayOptions = { shapeBlend: 0 }): OverlayRenderer {
  const key = JSON.stringify([paint, options]);
  const renderer = made.get(key) ?? buildRenderer(paint, options);
  made.set(key, renderer);
  renderer.reset();
  return renderer;
}

function buildRenderer(paint: AvatarPaint, options: OverlayOptions): OverlayRenderer {
  const picture = paintAvatar(AVATAR_LANDMARKS, AVATAR_POSE.pxPerCm, paint);
  return createOverlayRenderer({ picture, landmarks: AVATAR_LANDMARKS }, options);
}

const plainRenderer = rendererOf({ skin: [200, 160, 140] });

function lumaAround(frame: I420Frame, x: number, y: number, radius: number): number {
  const plane = planesOf(frame).y;
  let sum = 0;
  let count = 0;
  for (let row = Math.round(y) - radius; row <= Math.round(y) + radius; row++)
    for (let column = Math.round(x) - radius; column <= Math.round(x) + radius; column++, count++)
      sum += plane[row * frame.width + column] ?? 0;
  return sum / count;
}

function expectUntouchedOutside(before: I420Frame, after: I420Frame, region: Box): void {
  const check = (a: Uint8Array, b: Uint8Array, width: number, shift: number): void => {
    for (let i = 0; i < a.length; i++) {
      if (a[i] === b[i]) continue;
      const x = (i % width) << shift;
      const y = Math.floor(i / width) << shift;
      const inside =
        x >= region.x && x < region.x + region.width && y >= region.y && y < region.y + region.height;
      if (!inside) expect.fail(`pixel ${x},${y} outside the region changed`);
    }
  };
  const [p, q] = [planesOf(before), planesOf(after)];
  check(p.y, q.y, before.width, 0);
  check(p.u, q.u, p.chromaWidth, 1);
  check(p.v, q.v, p.chromaWidth, 1);
}

function renderFront(renderer: OverlayRenderer, frame: I420Frame, pose = {}): RenderReport {
  return renderer.render(frame, observe(syntheticLandmarks({ ...FRONTAL, ...pose })));
}

describe('overlay renderer', () => {
  it('changes pixels of the face region only, and says which', () => {
    const before = cameraFrame(640, 480, 120);
    const frame = copyI420(before);
    const report = renderFront(rendererOf({ skin: [200, 160, 140], spots: [50] }), frame);
    expect(report.status).toBe('rendered');
    if (report.status !== 'rendered') return;
    expect(Buffer.compare(frame.data, before.data)).not.toBe(0);
    expectUntouchedOutside(before, frame, report.region);
  });

  it('is bit-identical over two runs, and after a reset', () => {
    const run = (renderer: OverlayRenderer): Buffer[] =>
      [0, 5, -8].map((yawDeg, k) => {
        const frame = cameraFrame(640, 480, 110 + k * 10);
        renderFront(renderer, frame, { yawDeg, jawCm: k * 0.5 });
        return Buffer.from(frame.data);
      });
    const renderer = rendererOf({ skin: [180, 150, 130], spots: [280] }, { shapeBlend: 0.5 });
    const first = run(renderer);
    renderer.reset();
    expect(run(renderer)).toEqual(first);
    expect(run(buildRenderer({ skin: [180, 150, 130], spots: [280] }, { shapeBlend: 0.5 }))).toEqual(first);
  });

  it.each([0, 20, -20, 35])("puts the avatar's mole where the wearer's cheek is (yaw %i°)", (yawDeg) => {
    const vertex = yawDeg > 0 ? 280 : 50; // the cheek that stays in sight
    const renderer = rendererOf({ skin: [200, 160, 140], spots: [vertex] });
    const landmarks = syntheticLandmarks({ ...FRONTAL, yawDeg, rollDeg: 10 });
    const frame = cameraFrame(640, 480, 130);
    expect(renderer.render(frame, observe(landmarks)).status).toBe('rendered');
    const at = (i: number): number => lumaAround(frame, landmarks[i * 3] ?? 0, landmarks[i * 3 + 1] ?? 0, 2);
    // Both cheeks' counterparts: nostril wing is far away, the mole must be darkest at its own vertex.
    expect(at(vertex)).toBeLessThan(at(yawDeg > 0 ? 425 : 205) - 8);
  });

  it("takes the brightness and hue of the wearer's skin, from dark to bright scenes", () => {
    for (const y of [70, 130, 190]) {
      const frame = cameraFrame(640, 480, y, 110, 150);
      const renderer = rendererOf({ skin: [200, 160, 140] });
      const landmarks = syntheticLandmarks(FRONTAL);
      const report = renderer.render(frame, observe(landmarks));
      expect(report.status).toBe('rendered');
      for (const cheek of [50, 280, 205, 425]) {
        const [x, yy] = [landmarks[cheek * 3] ?? 0, landmarks[cheek * 3 + 1] ?? 0];
        expect(Math.abs(lumaAround(frame, x, yy, 6) - (y + 1.5))).toBeLessThan(6);
        const { u, v, chromaWidth } = planesOf(frame);
        const c = (Math.round(yy) >> 1) * chromaWidth + (Math.round(x) >> 1);
        expect(Math.abs((u[c] ?? 0) - 110)).toBeLessThan(5);
        expect(Math.abs((v[c] ?? 0) - 150)).toBeLessThan(5);
      }
    }
  });

  it('settles: the picture of a still scene stops changing', () => {
    const renderer = rendererOf({ skin: [150, 120, 100] });
    let last = cameraFrame(640, 480, 150);
    for (let k = 0; k < 40; k++) {
      const frame = cameraFrame(640, 480, 150);
      renderFront(renderer, frame);
      if (k >= 36) {
        const moved = frame.data.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (last.data[i] ?? 0))),
          0,
        );
        expect(moved).toBeLessThan(2);
      }
      last = frame;
    }
  });

  it('shows irises in open eyes and covers them when the lids close', () => {
    const irisLuma = (lids: number): number => {
      const frame = cameraFrame(640, 480, 140);
      const landmarks = syntheticLandmarks({ ...FRONTAL, lids });
      rendererOf({ skin: [200, 160, 140] }).render(frame, observe(landmarks));
      const [x, y] = [landmarks[468 * 3] ?? 0, landmarks[468 * 3 + 1] ?? 0];
      return lumaAround(frame, x, y - 3, 1);
    };
    expect(irisLuma(1)).toBeLessThan(90);
    expect(irisLuma(0)).toBeGreaterThan(irisLuma(1) + 25);
  });

  it("shows the wearer's own mouth between the lips when it opens, and nothing of it when closed", () => {
    const mouthLuma = (jawCm: number): number => {
      const landmarks = syntheticLandmarks({ ...FRONTAL, jawCm });
      const frame = cameraFrame(640, 480, 140);
      const [x, y] = [
        landmarks[13 * 3] ?? 0,
        ((landmarks[13 * 3 + 1] ?? 0) + (landmarks[14 * 3 + 1] ?? 0)) / 2,
      ];
      // The wearer's mouth cavity: a black block around the middle of the lips.
      const plane = planesOf(frame).y;
      for (let row = Math.round(y) - 9; row <= y + 9; row++)
        plane.fill(20, row * 640 + Math.round(x) - 25, row * 640 + Math.round(x) + 25);
      rendererOf({ skin: [200, 160, 140] }).render(frame, observe(landmarks));
      return lumaAround(frame, x, y, 1);
    };
    expect(mouthLuma(1.8)).toBeLessThan(40);
    expect(mouthLuma(0)).toBeGreaterThan(90);
  });

  it("moves features towards the avatar's proportions but keeps the outline", () => {
    const wide = syntheticLandmarks(AVATAR_POSE);
    for (let i = 0; i < LANDMARK_COUNT; i++) wide[i * 3 + 1] = 340 + ((wide[i * 3 + 1] ?? 0) - 340) * 0.93;
    const picture = paintAvatar(wide, AVATAR_POSE.pxPerCm, { skin: [200, 160, 140], spots: [50] });
    const imageOf = (shapeBlend: number): I420Frame => {
      const frame = cameraFrame(640, 480, 130);
      const renderer = createOverlayRenderer({ picture, landmarks: wide }, { shapeBlend });
      expect(renderFront(renderer, frame).status).toBe('rendered');
      return frame;
    };
    expect(Buffer.compare(imageOf(0).data, imageOf(1).data)).not.toBe(0);
  });
});

describe('overlay renderer on faces it cannot cover', () => {
  const cases: readonly (readonly [string, Float32Array, string])[] = [
    ['not a number', syntheticLandmarks(FRONTAL).fill(NaN, 30, 31), 'landmarks-invalid'],
    ['infinite', syntheticLandmarks(FRONTAL).fill(Infinity, 90, 91), 'landmarks-invalid'],
    ['too few points', syntheticLandmarks(FRONTAL).slice(0, 468 * 3), 'landmarks-invalid'],
    ['all in one point', new Float32Array(LANDMARK_COUNT * 3).fill(100), 'face-too-small'],
    ['tiny', syntheticLandmarks({ x: 300, y: 200, pxPerCm: 1.2 }), 'face-too-small'],
    ['huge', syntheticLandmarks({ x: 300, y: 200, pxPerCm: 400 }), 'face-too-large'],
    ['half outside left', syntheticLandmarks({ ...FRONTAL, x: 0 }), 'face-cut-off'],
    ['half outside below', syntheticLandmarks({ ...FRONTAL, y: 460 }), 'face-cut-off'],
    ['in profile', syntheticLandmarks({ ...FRONTAL, yawDeg: 75 }), 'face-turned-away'],
    ['scattered', scattered(), 'landmarks-invalid'],
  ];

  it.each(cases)('answers not-rendered and leaves the frame alone: %s', (_name, landmarks, reason) => {
    const before = cameraFrame(640, 480, 120);
    const frame = copyI420(before);
    const report = plainRenderer.render(frame, observe(landmarks));
    expect(report).toEqual({ status: 'not-rendered', reason });
    expect(Buffer.compare(frame.data, before.data)).toBe(0);
  });

  it('never throws, never writes outside its region, whatever the face and the frame size', () => {
    let rendered = 0;
    fc.assert(
      fc.property(
        fc.record({
          width: fc.integer({ min: 60, max: 321 }),
          height: fc.integer({ min: 60, max: 241 }),
          x: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
          y: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
          pxPerCm: fc.double({ min: 1.8, max: 9, noNaN: true }),
          yawDeg: fc.integer({ min: -60, max: 60 }),
          pitchDeg: fc.integer({ min: -40, max: 40 }),
          rollDeg: fc.integer({ min: -180, max: 180 }),
          jawCm: fc.double({ min: 0, max: 3, noNaN: true }),
          lids: fc.double({ min: 0, max: 1.5, noNaN: true }),
          noise: fc.double({ min: 0, max: 2, noNaN: true }),
        }),
        ({ width, height, noise, ...pose }) => {
          const before = cameraFrame(width, height, 120);
          const frame = copyI420(before);
          const place = { ...pose, x: pose.x * width, y: pose.y * height };
          const landmarks = syntheticLandmarks(place).map(
            (value, i) => value + noise * Math.sin(i * 12.9898),
          );
          const report = plainRenderer.render(frame, observe(landmarks));
          if (report.status === 'rendered') rendered += 1;
          const region = report.status === 'rendered' ? report.region : { x: 0, y: 0, width: 0, height: 0 };
          expectUntouchedOutside(before, frame, region);
        },
      ),
      { numRuns: 400, seed: 20261122 },
    );
    expect(rendered).toBeGreaterThan(20);
  });
});

describe('avatar pictures that are refused', () => {
  const build = (landmarks: Float32Array): (() => OverlayRenderer) => {
    const picture = paintAvatar(AVATAR_LANDMARKS, AVATAR_POSE.pxPerCm, { skin: [200, 160, 140] });
    return () => createOverlayRenderer({ picture, landmarks });
  };
  const codeOf = (make: () => unknown): string => {
    try {
      make();
      return 'accepted';
    } catch (error) {
      return error instanceof AvatarError ? error.code : 'untyped';
    }
  };

  it('names the reason', () => {
    expect(codeOf(build(new Float32Array(LANDMARK_COUNT * 3).fill(NaN)))).toBe('landmarks-invalid');
    expect(codeOf(build(syntheticLandmarks({ ...AVATAR_POSE, yawDeg: 60 })))).toBe('face-turned-away');
    expect(codeOf(build(syntheticLandmarks({ ...AVATAR_POSE, x: 50 })))).toBe('face-cut-off');
    expect(codeOf(build(syntheticLandmarks({ ...AVATAR_POSE, pxPerCm: 3 })))).toBe('face-too-small');
    expect(codeOf(build(AVATAR_LANDMARKS))).toBe('accepted');
  });
});

function scattered(): Float32Array {
  return Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => 200 + 100 * Math.sin(i * 78.233));
}
