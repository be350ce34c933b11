import { describe, expect, it } from 'vitest';
import { judgePortrait, type PortraitShot } from './judge-portrait.js';

const GOOD: PortraitShot = {
  ...{ faceWidthPx: 260, yawDeg: 2, pitchDeg: -4, rollDeg: 1 },
  ...{ lid: 0.7, mouthOpen: 0.02, light: 120 },
};
const OPEN = { ...GOOD, mouthOpen: 0.5 };
const codes = (...args: Parameters<typeof judgePortrait>) => judgePortrait(...args).map(({ code }) => code);

describe('a still picture of a face', () => {
  it('does when it is near, straight, awake and at rest', () => {
    expect(judgePortrait(GOOD, 'picture')).toEqual([]);
  });

  it.each([
    ['face-too-small', { faceWidthPx: 120 }],
    ['face-turned-away', { yawDeg: -16 }],
    ['face-turned-away', { rollDeg: 13 }],
    ['face-turned-away', { pitchDeg: 26 }],
    ['too-dark', { light: 30 }],
    ['eyes-shut', { lid: 0.2 }],
    ['mouth-open', { mouthOpen: 0.2 }],
  ] as const)('is refused as %s', (code, change) => {
    expect(codes({ ...GOOD, ...change }, 'picture')).toEqual([code]);
  });

  it('is refused with every reason, each with advice', () => {
    const refusals = judgePortrait({ ...GOOD, faceWidthPx: 20, lid: 0, mouthOpen: 1 }, 'picture');
    expect(refusals.map(({ code }) => code)).toEqual(['face-too-small', 'eyes-shut', 'mouth-open']);
    for (const { advice } of refusals) expect(advice.length).toBeGreaterThan(15);
  });
});

describe('a picture with the mouth open', () => {
  it('does beside the first', () => {
    expect(judgePortrait(OPEN, 'mouth-open', GOOD)).toEqual([]);
  });

  it.each([
    ['mouth-not-open', { mouthOpen: 0.15 }],
    ['another-pose', { yawDeg: -9 }],
    ['another-pose', { pitchDeg: 12 }],
    ['another-light', { light: 160 }],
    ['another-light', { light: 80 }],
    ['another-distance', { faceWidthPx: 345 }],
  ] as const)('is refused as %s', (code, change) => {
    expect(codes({ ...OPEN, ...change }, 'mouth-open', GOOD)).toEqual([code]);
  });
});
