import {
  CANONICAL_FACE_CM,
  headRotation,
  LANDMARK_COUNT,
  type FaceObservation,
  type HeadPose,
} from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CAPTURE_THRESHOLDS, judgeCapture, LivenessError, type CaptureFrame } from './index.js';

const [WIDTH, HEIGHT] = [640, 480];
const FOCAL = 1.2 * WIDTH;
const FPS = 15;

/** What moves in a made-up capture, as functions of seconds. */
interface Script {
  readonly yawDeg?: (seconds: number) => number;
  readonly lid?: (seconds: number) => number;
  readonly mouth?: (seconds: number) => number;
  readonly person?: (seconds: number) => number;
  readonly spoof?: number;
  readonly zCm?: number;
  readonly xCm?: number;
  readonly seconds?: number;
  /** A photograph: depth is missing, only the print turns. */
  readonly flat?: boolean;
}

const turning = (seconds: number): number => 14 * Math.sin(seconds * 1.2);
const blinking = (seconds: number): number => (seconds % 2.5 < 0.2 ? 0.05 : 0.7);

function capture(script: Script = {}): CaptureFrame[] {
  const { seconds = 8, yawDeg = turning, lid = blinking, person = () => 0 } = script;
  return Array.from({ length: Math.round(seconds * FPS) }, (_, i): CaptureFrame => {
    const t = i / FPS;
    const pose: HeadPose = {
      yawDeg: yawDeg(t),
      pitchDeg: 0,
      rollDeg: 0,
      xCm: script.xCm ?? 0,
      yCm: 0,
      zCm: script.zCm ?? 60,
    };
    const face = observe(pose, lid(t), script.mouth?.(t) ?? 0.02, script.flat ?? false);
    const base = { timestampMs: t * 1000, width: WIDTH, height: HEIGHT, faces: [face] };
    const sampled = i % 7 === 0;
    return sampled ? { ...base, embedding: embeddingOf(person(t)), spoofScore: script.spoof ?? 0.9 } : base;
  });
}

function observe(pose: HeadPose, lid: number, mouthOpen: number, flat: boolean): FaceObservation {
  const r = headRotation(pose);
  const landmarks = new Float32Array(LANDMARK_COUNT * 3);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < CANONICAL_FACE_CM.length; i += 3) {
    const [x = 0, y = 0, depth = 0] = CANONICAL_FACE_CM.subarray(i, i + 3);
    const z = flat ? 0 : depth;
    const pz = r[6] * x + r[7] * y + r[8] * z + pose.zCm;
    const u = WIDTH / 2 + (FOCAL * (r[0] * x + r[1] * y + r[2] * z + pose.xCm)) / pz;
    const v = HEIGHT / 2 + (FOCAL * (r[3] * x + r[4] * y + r[5] * z + pose.yCm)) / pz;
    landmarks.set([u, v, (FOCAL * (r[6] * x + r[7] * y + r[8] * depth)) / pose.zCm], i);
    [left, right, top, bottom] = [
      Math.min(left, u),
      Math.max(right, u),
      Math.min(top, v),
      Math.max(bottom, v),
    ];
  }
  return {
    trackId: 1,
    box: { x: left, y: top, width: right - left, height: bottom - top },
    score: 0.99,
    landmarks,
    pose,
    expression: { leftLid: lid, rightLid: lid, mouthOpen, gazeYawDeg: 0, gazePitchDeg: 0 },
  };
}

/** Unit vectors: persons are orthogonal, samples of one differ a little. */
function embeddingOf(person: number): Float32Array {
  const vector = new Float32Array(192);
  vector[person] = 1;
  return vector;
}

function reasonsOf(frames: readonly CaptureFrame[]): string[] {
  const judgement = judgeCapture(frames);
  return judgement.accepted ? [] : judgement.reasons.map(({ code }) => code);
}

describe('judgeCapture', () => {
  it('accepts a head that turns and blinks', () => {
    const judgement = judgeCapture(capture());
    expect(judgement.accepted).toBe(true);
    if (!judgement.accepted) return;
    expect(judgement.referenceEmbedding[0]).toBeCloseTo(1);
    expect(judgement.measures.nonPlanarMotion).toBeGreaterThan(2 * CAPTURE_THRESHOLDS.minNonPlanarMotion);
  });

  it('names best frames that look into the camera with open eyes, apart in time', () => {
    const frames = capture({ xCm: 10 });
    const judgement = judgeCapture(frames);
    if (!judgement.accepted) throw new Error('refused');
    expect(judgement.bestFrames.length).toBeGreaterThan(2);
    const times = judgement.bestFrames
      .map((index) => frames[index]?.timestampMs ?? NaN)
      .sort((p, q) => p - q);
    times.slice(1).forEach((time, i) => {
      expect(time - (times[i] ?? NaN)).toBeGreaterThanOrEqual(500);
    });
    // Ten centimetres to the right, looking into the camera means turning left by 9.5°.
    const off = judgement.bestFrames.map((index) =>
      Math.abs((frames[index]?.faces[0]?.pose.yawDeg ?? NaN) + 9.5),
    );
    expect(off[0]).toBeLessThan(2);
    expect(Math.max(...off)).toBeLessThanOrEqual(15);
    expect(judgement.bestFrames.map((index) => frames[index]?.faces[0]?.expression.leftLid)).not.toContain(
      0.05,
    );
  });

  it.each<[string, Script, string]>([
    ['a picture that does not move', { yawDeg: () => 3, lid: () => 0.7 }, 'still-picture'],
    ['a turned photograph', { flat: true }, 'flat-face'],
    ['a photograph without blink or word', { flat: true, lid: () => 0.7 }, 'no-natural-motion'],
    ['a head that only blinks', { yawDeg: () => 2 }, 'no-natural-motion'],
    ['a second person half way', { person: (t) => (t < 4 ? 0 : 1) }, 'not-one-person'],
    ['a second person for one second', { person: (t) => (t > 5 && t < 6 ? 1 : 0) }, 'not-one-person'],
    ['a clear spoof signal', { spoof: 0.05 }, 'spoof-suspected'],
    ['three seconds', { seconds: 3 }, 'too-short'],
    ['a face far away', { zCm: 300 }, 'face-too-small'],
    ['a face at the border', { xCm: 32 }, 'face-out-of-picture'],
    ['a face always in profile', { yawDeg: (t) => 40 + turning(t) / 2 }, 'no-frontal-view'],
  ])('refuses %s', (_what, script, code) => {
    const judgement = judgeCapture(capture(script));
    if (judgement.accepted) throw new Error('accepted');
    expect(judgement.reasons.map((reason) => reason.code)).toContain(code);
    for (const { advice } of judgement.reasons) expect(advice).toMatch(/^[A-Z].*[.]$/);
  });

  it('takes a word for a blink, since some people hardly blink', () => {
    const speaking = (t: number): number => Math.max(0, 0.3 * Math.sin(t * 9));
    expect(reasonsOf(capture({ lid: () => 0.7, mouth: speaking }))).toEqual([]);
  });

  it('refuses a second face that stays, and forgives one false alarm', () => {
    const withOther = (from: number, to: number): CaptureFrame[] =>
      capture().map((frame, i) => {
        const [face] = frame.faces;
        const other = face && { ...face, trackId: 2 };
        return i >= from && i < to && face && other ? { ...frame, faces: [face, other] } : frame;
      });
    expect(reasonsOf(withOther(50, 51))).toEqual([]);
    expect(reasonsOf(withOther(50, 60))).toEqual(['several-faces']);
  });

  it('refuses gaps without a face, and nobody at all', () => {
    const gaps = capture().map((frame, i) => (i % 5 === 0 ? { ...frame, faces: [] } : frame));
    expect(reasonsOf(gaps)).toContain('no-face');
    expect(reasonsOf([])).toContain('no-face');
    const nobody = capture().map(({ timestampMs, width, height }) => ({
      timestampMs,
      width,
      height,
      faces: [],
    }));
    expect(reasonsOf(nobody)).toContain('no-face');
  });

  it('refuses a capture without samples instead of trusting silence', () => {
    const unsampled = capture().map(({ timestampMs, width, height, faces }) => ({
      timestampMs,
      width,
      height,
      faces,
    }));
    expect(reasonsOf(unsampled)).toEqual(
      expect.arrayContaining(['spoof-suspected', 'too-few-identity-samples', 'no-frontal-view']),
    );
  });

  it('lets an organisation be stricter', () => {
    const strict = judgeCapture(capture(), { thresholds: { minDurationSeconds: 60 } });
    expect(strict.accepted).toBe(false);
  });

  it('gives no biometric value in measures or reasons', () => {
    const { accepted, measures } = judgeCapture(capture());
    expect(accepted).toBe(true);
    for (const value of Object.values(measures)) expect(typeof value).toBe('number');
  });
});

describe('malformed observations', () => {
  it('are thrown, not judged', () => {
    const frames = capture();
    const [first, second] = frames;
    if (!first || !second) throw new Error('no frames');
    expect(() => judgeCapture([second, first])).toThrow(LivenessError);
    expect(() => judgeCapture([{ ...first, timestampMs: NaN }])).toThrow(LivenessError);
    expect(() => judgeCapture([{ ...first, spoofScore: Infinity }])).toThrow(LivenessError);
    expect(() => judgeCapture([first, { ...second, embedding: new Float32Array(3) }])).toThrow(LivenessError);
    expect(() => judgeCapture([{ ...first, embedding: new Float32Array(192).fill(NaN) }])).toThrow(
      LivenessError,
    );
  });

  it('of any finite landmarks give a judgement with finite measures', () => {
    const wild = fc.array(fc.double({ min: -1e5, max: 1e5, noNaN: true }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(wild, (values) => {
        const frames = capture({ seconds: 2 }).map((frame) => ({
          ...frame,
          faces: frame.faces.map((face) => ({
            ...face,
            landmarks: face.landmarks.map((_, i) => values[i % values.length] ?? 0),
          })),
        }));
        const { measures } = judgeCapture(frames);
        expect(Object.values(measures).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
