import { describe, expect, it } from 'vitest';
import { encodeBundle, parseBundle } from '@guise/avatar';
import { createI420, LANDMARK_COUNT, type Box, type FaceObservation } from '@guise/frame';
import { bundleOf } from './build-bundle.js';
import { cutOut } from './cut-out.js';
import { maskPerson } from './person-mask.js';

const FACE: Box = { x: 600, y: 300, width: 150, height: 180 };

/** Landmarks spread over the box. */
function faceAt(box: Box): FaceObservation {
  const landmarks = Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => {
    const part = ((i * 37) % 101) / 100;
    return i % 3 === 0 ? box.x + part * box.width : i % 3 === 1 ? box.y + part * box.height : part * 20;
  });
  return {
    ...{ trackId: 1, box, score: 1, landmarks },
    pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
    expression: { leftLid: 1, rightLid: 1, mouthOpen: 0, gazeYawDeg: 0, gazePitchDeg: 0 },
  };
}

describe('the picture of a bundle', () => {
  it('shows what a portrait does: shoulders and the room beside', () => {
    const { frame, landmarks } = cutOut(createI420(1920, 1080), faceAt(FACE));
    expect([frame.width, frame.height]).toEqual([780, 504]);
    expect((landmarks[0] ?? 0) - (faceAt(FACE).landmarks[0] ?? 0)).toBeCloseTo(-284, 3);
    expect((landmarks[1] ?? 0) - (faceAt(FACE).landmarks[1] ?? 0)).toBeCloseTo(-120, 3);
  });

  it('ends where the picture does, and is made smaller when it is large', () => {
    const small = cutOut(createI420(400, 300), faceAt({ x: 150, y: 80, width: 100, height: 120 }));
    expect([small.frame.width, small.frame.height]).toEqual([400, 296]);
    const large = cutOut(createI420(4000, 3000), faceAt({ x: 1600, y: 1000, width: 750, height: 900 }));
    expect([large.frame.width, large.frame.height]).toEqual([1920, 1240]);
    const [x = 0] = large.landmarks;
    expect(x).toBeCloseTo(
      ((faceAt({ x: 1600, y: 0, width: 750, height: 1 }).landmarks[0] ?? 0) - 24) * (1920 / 3900),
      0,
    );
  });
});

const SIDE = 32;
/** A network that sees a person in the columns of a range. */
const seeing = (from: number, to: number) => ({
  segmentPerson: () =>
    Promise.resolve({
      ...{ width: SIDE, height: SIDE },
      data: Float32Array.from({ length: SIDE * SIDE }, (_, i) =>
        i % SIDE >= from && i % SIDE < to ? 0.9 : 0.1,
      ),
    }),
});

const WORDS = {
  ...({ name: 'A', kind: 'stylised', likeness: 'artwork' } as const),
  ...{ provenance: 'a grey picture', licence: 'CC0', createdAt: 1_793_534_400 },
};

describe('the mask of the person', () => {
  const portrait = cutOut(createI420(1920, 1080), faceAt(FACE));

  it('is in the bundle, in 255ths, when the face is in it', async () => {
    const bundle = parseBundle(encodeBundle(await bundleOf(seeing(8, 24), portrait, WORDS)));
    expect(bundle.personMask).toMatchObject({ width: SIDE, height: SIDE });
    expect([...(bundle.personMask?.data.subarray(6, 10) ?? [])]).toEqual([26, 26, 229, 229]);
  });

  it('is left out when the network saw no person there', async () => {
    expect(await maskPerson(seeing(0, 8), portrait)).toBeNull();
    expect(await bundleOf(seeing(0, 8), portrait, WORDS)).not.toHaveProperty('personMask');
  });
});
