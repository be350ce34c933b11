import { i420Bytes, type FaceObservation, type I420Frame } from '@guise/frame';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureMedia } from '../../../tools/models/src/testing.js';
import { VisionError } from './errors.js';
import { cosineSimilarity } from './identity/cosine.js';
import { openTestVision } from './testing/open-vision.js';
import {
  readFixture,
  readPicture,
  readTruth,
  type FaceTruth,
  type PictureTruth,
} from './testing/pictures.js';
import type { Vision } from './types.js';

interface Seen extends PictureTruth {
  readonly frame: I420Frame;
  readonly found: readonly FaceObservation[];
}

let vision: Vision;
let pictures: readonly Seen[];

beforeAll(async () => {
  vision = await openTestVision();
  const seen: Seen[] = [];
  for (const truth of await readTruth()) {
    const frame = await readFixture(truth.file);
    seen.push({ ...truth, frame, found: await vision.detectFaces(frame) });
  }
  pictures = seen;
}, 300_000);

afterAll(() => vision.close());

function picture(name: string): Seen {
  const found = pictures.find(({ file }) => file === `${name}.jpg`);
  if (!found) throw new Error(`No fixture ${name}.`);
  return found;
}

function onlyFace(name: string): { face: FaceObservation; truth: FaceTruth } {
  const { found, faces } = picture(name);
  const [face] = found;
  const [truth] = faces;
  if (!face || !truth || found.length !== 1) throw new Error(`${name}: ${found.length} faces seen.`);
  return { face, truth };
}

const startsWith = (name: string): Seen[] => pictures.filter(({ file }) => file.startsWith(name));

describe('faces', () => {
  it('are as many as are there, near and far, and none where nobody is', () => {
    expect(pictures.length).toBeGreaterThanOrEqual(24);
    for (const { file, found, faces } of pictures) expect([file, found.length]).toEqual([file, faces.length]);
  });

  it('have their irises where the eyes are', () => {
    const one = pictures.filter(({ faces }) => faces.length === 1);
    for (const { file, found, faces } of one) {
      const [face] = found;
      const [truth] = faces;
      const apart = Math.hypot(...[0, 1].map((k) => (truth?.leftEye[k] ?? 0) - (truth?.rightEye[k] ?? 0)));
      for (const [vertex, eye] of [
        [473, truth?.leftEye],
        [468, truth?.rightEye],
      ] as const) {
        const dx = (face?.landmarks[vertex * 3] ?? NaN) - (eye?.[0] ?? NaN);
        const dy = (face?.landmarks[vertex * 3 + 1] ?? NaN) - (eye?.[1] ?? NaN);
        // The gaze moves the iris, a turn moves it against the centre of the eyeball.
        expect([file, Math.hypot(dx, dy) / apart < 0.2]).toEqual([file, true]);
      }
    }
  });

  it('are listed largest first', () => {
    const widths = picture('ada-and-ben').found.map(({ box }) => box.width * box.height);
    expect(widths).toEqual([...widths].sort((p, q) => q - p));
  });
});

describe('head pose', () => {
  it('has yaw and roll within 4° of the truth, of either sign', () => {
    for (const { file } of [...startsWith('ada-yaw'), ...startsWith('ada-roll'), ...startsWith('ben-yaw')]) {
      const { face, truth } = onlyFace(file.replace('.jpg', ''));
      expect([file, Math.abs(face.pose.yawDeg - truth.pose.yawDeg) < 4]).toEqual([file, true]);
      expect([file, Math.abs(face.pose.rollDeg - truth.pose.rollDeg) < 4]).toEqual([file, true]);
    }
  });

  it('has pitch within 8° of the truth against the same face held level', () => {
    const level = onlyFace('ada-straight').face.pose.pitchDeg;
    for (const pitch of [-15, 15]) {
      const { face } = onlyFace(`ada-pitch${pitch}`);
      expect(Math.abs(face.pose.pitchDeg - level - pitch)).toBeLessThan(8);
    }
  });

  it('has the place in space: to 3 cm across, to a fifth in depth (heads differ in size)', () => {
    for (const { file } of [...startsWith('ada-straight'), ...startsWith('ben'), ...startsWith('chen')]) {
      const { face, truth } = onlyFace(file.replace('.jpg', ''));
      expect([file, Math.abs(face.pose.zCm / truth.pose.zCm - 1) < 0.2]).toEqual([file, true]);
      const sideways =
        Math.abs(face.pose.xCm / face.pose.zCm - truth.pose.xCm / truth.pose.zCm) * truth.pose.zCm;
      expect([file, sideways < 3]).toEqual([file, true]);
    }
  });
});

describe('expression', () => {
  it('tells shut lids from open ones, each eye for itself', () => {
    const shut = onlyFace('ada-blink').face.expression;
    expect(Math.max(shut.leftLid, shut.rightLid)).toBeLessThan(0.2);
    const wink = onlyFace('ada-wink-left').face.expression;
    expect(wink.leftLid).toBeLessThan(0.2);
    expect(wink.rightLid).toBeGreaterThan(0.5);
    for (const { file } of startsWith('ada-yaw')) {
      const { leftLid, rightLid } = onlyFace(file.replace('.jpg', '')).face.expression;
      expect([file, Math.min(leftLid, rightLid) > 0.4]).toEqual([file, true]);
    }
  });

  it('orders the mouth: shut, half open, wide open', () => {
    const [shut, half, wide] = ['ada-straight', 'ada-mouth-half', 'ada-mouth-open'].map(
      (name) => onlyFace(name).face.expression.mouthOpen,
    );
    expect(shut).toBeLessThan(0.08);
    expect(half).toBeGreaterThan(0.2);
    expect(wide).toBeGreaterThan((half ?? 1) + 0.15);
  });

  it('follows the eyes to either side', () => {
    const level = onlyFace('ada-straight').face.expression.gazeYawDeg;
    expect(onlyFace('ada-gaze-left').face.expression.gazeYawDeg - level).toBeGreaterThan(10);
    expect(onlyFace('ada-gaze-right').face.expression.gazeYawDeg - level).toBeLessThan(-10);
  });
});

describe('identity', () => {
  it('keeps one person together and different persons apart', async () => {
    const samples: { who: number; embedding: Float32Array }[] = [];
    for (const { frame, found, faces } of pictures.filter((p) => p.faces.length === 1)) {
      const [face] = found;
      const [truth] = faces;
      if (face && truth) samples.push({ who: truth.identity, embedding: await vision.embed(frame, face) });
    }
    for (const { embedding } of samples) {
      expect(embedding.length).toBe(192);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
    }
    const pairs = samples.flatMap((p, i) =>
      samples
        .slice(i + 1)
        .map((q) => ({ same: p.who === q.who, cos: cosineSimilarity(p.embedding, q.embedding) })),
    );
    const same = pairs.filter((pair) => pair.same).map(({ cos }) => cos);
    const different = pairs.filter((pair) => !pair.same).map(({ cos }) => cos);
    expect(Math.min(...same)).toBeGreaterThan(0.6);
    expect(Math.max(...different)).toBeLessThan(0.58);
  });
});

describe('other signals', () => {
  it('cuts the person out of the wall', async () => {
    const { frame } = picture('ada-straight');
    const { width, height, data } = await vision.segmentPerson(frame);
    const at = (x: number, y: number): number =>
      data[Math.floor(y * height) * width + Math.floor(x * width)] ?? NaN;
    expect(at(0.5, 0.45)).toBeGreaterThan(0.8);
    expect(at(0.05, 0.1)).toBeLessThan(0.2);
  });

  it('gives a probability as spoof signal', async () => {
    const { frame } = picture('ada-straight');
    const score = await vision.spoofScore(frame, onlyFace('ada-straight').face);
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(1);
  });

  it('finds the face of a painting', async () => {
    const { mediaDir } = await ensureMedia();
    const painting = await readPicture(`${mediaDir}/joconde.jpg`);
    const [face, ...others] = await vision.detectFaces(painting);
    expect(others).toEqual([]);
    expect(face?.score).toBeGreaterThan(0.9);
    // Irises and mouth where a person sees them in the picture (743×1155).
    const at = (vertex: number): number[] => [
      ...(face?.landmarks.subarray(vertex * 3, vertex * 3 + 2) ?? []),
    ];
    const near = ([x = NaN, y = NaN]: number[], tx: number, ty: number): number => Math.hypot(x - tx, y - ty);
    expect(near(at(468), 301, 251)).toBeLessThan(5);
    expect(near(at(473), 382, 249)).toBeLessThan(5);
    expect(near(at(13), 334, 347)).toBeLessThan(8);
  });
});

describe('hostile input', () => {
  const noise = (width: number, height: number): I420Frame => ({
    width,
    height,
    data: Uint8Array.from({ length: i420Bytes(width, height) }, (_, i) => (i * 2654435761) >>> 24),
  });

  it.each([
    [1, 1],
    [2, 1],
    [1, 64],
    [64, 64],
    [65, 33],
    [333, 17],
    [1921, 1079],
  ])('looks at %i×%i noise without a face and without a fault', async (width, height) => {
    const frame = noise(width, height);
    const tracker = vision.createTracker();
    expect(await tracker.track(frame, 0)).toEqual([]);
    expect(await vision.detectFaces(frame)).toEqual([]);
    expect((await vision.segmentPerson(frame)).data.every((p) => p >= 0 && p <= 1)).toBe(true);
  });

  it('looks at an 8K frame', async () => {
    const grey = new Uint8Array(i420Bytes(7680, 4320)).fill(120);
    expect(await vision.createTracker().track({ width: 7680, height: 4320, data: grey }, 0)).toEqual([]);
  });

  it('measures a face that the border cuts, or leaves it out, but never gives a number that is none', async () => {
    const { frame } = picture('ada-straight');
    const tracker = vision.createTracker();
    for (let cut = 100; cut <= 300; cut += 20) {
      const part = leftPart(frame, cut);
      for (const face of await tracker.track(part, cut)) {
        const { landmarks, pose, expression, box } = face;
        const numbers = [
          ...landmarks,
          ...Object.values({ ...pose, ...expression, ...box } as Record<string, number>),
        ];
        expect(numbers.every(Number.isFinite)).toBe(true);
        const embedding = await vision.embed(part, face);
        expect(embedding.every(Number.isFinite)).toBe(true);
        expect(await vision.spoofScore(part, face)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('refuses frames and faces that are not what they say', async () => {
    const { frame } = picture('ada-straight');
    const { face } = onlyFace('ada-straight');
    const short = { ...frame, data: frame.data.subarray(0, 100) };
    await expect(vision.detectFaces(short)).rejects.toThrow(VisionError);
    await expect(vision.createTracker().track(short, 0)).rejects.toMatchObject({ code: 'bad-frame' });
    const nan = { ...face, landmarks: face.landmarks.map(() => NaN) };
    await expect(vision.embed(frame, nan)).rejects.toMatchObject({ code: 'bad-face' });
    await expect(vision.spoofScore(frame, { ...face, landmarks: new Float32Array(3) })).rejects.toMatchObject(
      {
        code: 'bad-face',
      },
    );
  });

  it('carries out overlapping calls one after another, with the answers of single ones', async () => {
    const shots = ['ada-straight', 'ben-straight', 'chen-straight'].map(picture);
    const together = await Promise.all(shots.map(({ frame }) => vision.detectFaces(frame)));
    together.forEach((faces, i) => {
      expect(faces[0]?.landmarks).toEqual(shots[i]?.found[0]?.landmarks);
    });
  });

  it('says so after it was closed', async () => {
    const other = await openTestVision();
    const tracker = other.createTracker();
    await other.close();
    await other.close();
    const { frame } = picture('ada-straight');
    await expect(other.detectFaces(frame)).rejects.toMatchObject({ code: 'closed' });
    await expect(tracker.track(frame, 0)).rejects.toMatchObject({ code: 'closed' });
  });
});

/** The frame without everything right of a column: an odd width may come out, as from a screen crop. */
function leftPart(frame: I420Frame, width: number): I420Frame {
  const { height } = frame;
  const data = new Uint8Array(i420Bytes(width, height));
  const [fromChroma, toChroma] = [(frame.width + 1) >> 1, (width + 1) >> 1];
  let [from, to] = [0, 0];
  for (const [rows, stride, keep] of [
    [height, frame.width, width],
    [(height + 1) >> 1, fromChroma, toChroma],
    [(height + 1) >> 1, fromChroma, toChroma],
  ] as const) {
    for (let y = 0; y < rows; y++, from += stride, to += keep)
      data.set(frame.data.subarray(from, from + keep), to);
  }
  return { width, height, data };
}
