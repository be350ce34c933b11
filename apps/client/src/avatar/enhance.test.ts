import { describe, expect, it } from 'vitest';
import { createI420, LANDMARK_COUNT, type FaceObservation, type RgbImage } from '@guise/frame';
import type { Portrait } from './cut-out.js';
import { enhancePortrait, faceWidthPx, KEPT_IDENTITY_COSINE } from './enhance.js';

const MODEL = 'cd'.repeat(32);

function portraitOf(facePx: number, width = 400, height = 300): Portrait {
  const landmarks = Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) =>
    i % 3 === 0 ? 100 + (facePx * (Math.floor(i / 3) % 11)) / 10 : i % 3 === 1 ? 80 + (i % 97) : 5,
  );
  return { frame: createI420(width, height, 90, 120, 140), landmarks };
}

/** Repeats every pixel: what a network of this kind may do at its worst. */
const enlarger = {
  enlarge: (
    { width, height, data }: RgbImage,
    onTile: (done: number, of: number) => void = () => undefined,
  ) => {
    onTile(1, 1);
    const enlarged = new Uint8Array(width * height * 12);
    for (let i = 0; i < width * height * 4; i++) {
      const [y, x] = [Math.floor(i / (2 * width)) >> 1, (i % (2 * width)) >> 1];
      enlarged.set(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), i * 3);
    }
    return Promise.resolve({ width: 2 * width, height: 2 * height, data: enlarged });
  },
};

const face: FaceObservation = {
  ...{ trackId: 1, score: 1, box: { x: 100, y: 80, width: 100, height: 100 } },
  landmarks: new Float32Array(LANDMARK_COUNT * 3),
  pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
  expression: { leftLid: 1, rightLid: 1, mouthOpen: 0, gazeYawDeg: 0, gazePitchDeg: 0 },
};
/** Networks that see the enlarged face turned away from the small one by this angle; null: they see none. */
const seeing = (cosine: number | null, smallWidth = 400) => ({
  detectFaces: ({ width }: { readonly width: number }) =>
    Promise.resolve(width > smallWidth && cosine === null ? [] : [face]),
  embed: ({ width }: { readonly width: number }) => {
    const turned = width > smallWidth ? (cosine ?? 0) : 1;
    return Promise.resolve(Float32Array.of(turned, Math.sqrt(1 - turned ** 2)));
  },
});
const enhance = (portrait: Portrait, cosine: number | null = 1) =>
  enhancePortrait(
    seeing(cosine, portrait.frame.width),
    { enlarger, model: MODEL },
    portrait,
    () => undefined,
  );

describe('a small portrait', () => {
  it('comes back twice as large with its mesh, and says what made it so', async () => {
    const portrait = portraitOf(110);
    const enhanced = await enhance(portrait);
    expect(enhanced.frame).toMatchObject({ width: 800, height: 600 });
    expect(enhanced.enhancement).toEqual({ model: MODEL, factor: 2 });
    expect(enhanced.landmarks).toEqual(portrait.landmarks.map((value) => 2 * value));
    expect(faceWidthPx(enhanced.landmarks)).toBeCloseTo(220, 3);
    expect(enhanced.frame.data[40_000]).toBe(portrait.frame.data[10_000]);
  });

  it('stays within the bounds of a bundle, the mesh with it', async () => {
    const portrait = portraitOf(200, 1400, 700);
    const { frame, landmarks } = await enhance(portrait);
    expect([frame.width, frame.height]).toEqual([1920, 960]);
    expect(landmarks[0]).toBeCloseTo((1920 / 1400) * (portrait.landmarks[0] ?? 0), 3);
  });

  it('is refused when its face becomes another, or none', async () => {
    await enhance(portraitOf(110), KEPT_IDENTITY_COSINE + 1e-3);
    for (const lost of [KEPT_IDENTITY_COSINE - 1e-3, null])
      await expect(enhance(portraitOf(110), lost)).rejects.toMatchObject({ exit: 'badInput' });
  });

  it('is refused when too small to be one, and left alone when large enough', async () => {
    await expect(enhance(portraitOf(60))).rejects.toThrow('60 pixels');
    const large = portraitOf(220);
    expect(await enhance(large, null)).toBe(large);
  });
});
