import type { FaceObservation, HeadPose } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { observe, syntheticLandmarks } from '../test-support/synthetic-face.js';
import { parametersOf, type NeutralFace } from './measure.js';
import { NeutralLearner } from './neutral.js';
import { CONTROL_POINTS } from './parameters.js';

function wearer(pose: Partial<HeadPose>, jawCm = 0, lid = 0.8): FaceObservation {
  const face = observe(syntheticLandmarks({ x: 600, y: 300, pxPerCm: 15, jawCm }));
  const expression = { ...face.expression, leftLid: lid, rightLid: lid };
  return { ...face, pose: { ...face.pose, ...pose }, expression };
}

/** Feeds frames at 30 a second. */
function feed(
  learner: NeutralLearner,
  from: number,
  seconds: number,
  face: (frame: number) => FaceObservation,
): NeutralFace {
  let neutral: NeutralFace | null = null;
  for (let k = 0; k < seconds * 30; k++) neutral = learner.observe(face(k), from * 1000 + (k * 1000) / 30);
  if (neutral === null) throw new Error('nothing learnt');
  return neutral;
}

const JAW_Y = 2 * CONTROL_POINTS.indexOf(14) + 1;

describe('NeutralLearner', () => {
  it('learns the resting face of a wearer who talks, blinks and glances aside', () => {
    const rest = feed(new NeutralLearner(), 0, 3, () => wearer({}));
    const busy = feed(new NeutralLearner(), 0, 3, (k) =>
      wearer({ yawDeg: k % 9 === 0 ? 40 : 0 }, k % 3 === 0 ? 0 : 1.5, k % 7 === 0 ? 0 : 0.8),
    );
    expect(busy.pose.yawDeg).toBeCloseTo(rest.pose.yawDeg, 5);
    expect(busy.leftLid).toBeCloseTo(0.8, 5);
    expect(busy.points[JAW_Y]).toBeCloseTo(rest.points[JAW_Y] ?? NaN, 2);
  });

  it('lets a wearer who sits turned away face the meeting', () => {
    const seated = wearer({ yawDeg: 22, pitchDeg: -8, rollDeg: 4, xCm: 6 });
    const neutral = feed(new NeutralLearner(), 0, 2, () => seated);
    const head = parametersOf(seated, neutral)?.head;
    for (const value of Object.values(head ?? { none: NaN })) expect(value).toBeCloseTo(0, 5);
  });

  it('follows a new way of sitting slowly, and not a look aside', () => {
    const learner = new NeutralLearner();
    feed(learner, 0, 4, () => wearer({}));
    const soon = feed(learner, 4, 1, () => wearer({ yawDeg: 10 }));
    expect(soon.pose.yawDeg).toBeLessThan(1);
    const later = feed(learner, 5, 20, () => wearer({ yawDeg: 10 }));
    expect(later.pose.yawDeg).toBeGreaterThan(8);
    const aside = feed(learner, 25, 20, () => wearer({ yawDeg: 60 }));
    expect(aside.pose.yawDeg).toBe(later.pose.yawDeg);
  });

  it('corrects a neutral mouth that was learnt open, as soon as it shuts', () => {
    const learner = new NeutralLearner();
    const open = feed(learner, 0, 4, () => wearer({}, 1));
    const shut = feed(learner, 4, 1.5, () => wearer({}, 0));
    expect((open.points[JAW_Y] ?? 0) - (shut.points[JAW_Y] ?? 0)).toBeGreaterThan(0.6);
  });

  it('knows nothing before the first face and after a reset, and skips meshes that are none', () => {
    const learner = new NeutralLearner();
    const broken = { ...wearer({}), landmarks: new Float32Array(478 * 3).fill(NaN) };
    expect(learner.observe(broken, 0)).toBeNull();
    expect(learner.observe(wearer({}), 33)).not.toBeNull();
    learner.reset();
    expect(learner.observe(broken, 66)).toBeNull();
  });
});
