import { expect, it } from 'vitest';
import type { ClipQuality } from './measure.js';
import { formatQuality, missesOf, quoteQuality, tallyOf } from './report.js';

const CLIP: ClipQuality = {
  ...{ name: 'actor ada', mode: 'portrait', avatar: 'executive', frames: 200, against: 'truth' },
  ...{ identityAvatar: 0.9, identityWearer: 0.1, poseErrorDeg: 2, blinks: 3, blinkRecall: 1 },
  ...{ lidCorrelation: 0.9, mouthCorrelation: 0.97, mouthIndependent: 0.9, landmarkNme: 0.01 },
  ...{ flickerRatio: 0.5, tremblePx: 0.05, seamRatio: null, deltaE: 20, reasons: {} },
  limit: { mouthCorrelation: 0.94, lidCorrelation: 0.9, blinkRecall: 1 },
};

it('names what was missed, and where the camera picture misses it too', () => {
  expect(missesOf(CLIP)).toEqual([]);
  expect(missesOf({ ...CLIP, mouthCorrelation: 0.93 })).toEqual(['mouth (camera itself 0.94)']);
  expect(missesOf({ ...CLIP, mouthCorrelation: 0.93, limit: null })).toEqual(['mouth']);
  expect(missesOf({ ...CLIP, blinkRecall: 0.67, flickerRatio: 1.2 })).toEqual(['blinks', 'flicker']);
});

it('asks more of the identity of an own face, and nothing of its likeness to the wearer', () => {
  const own = { ...CLIP, avatar: 'own-face', identityAvatar: 0.7, identityWearer: 0.99 } as const;
  expect(missesOf(own)).toEqual(['identity of the avatar']);
});

it('counts figures that are there, and shows the rest as missing', () => {
  const dumb = { ...CLIP, blinkRecall: null, flickerRatio: 1 };
  expect(tallyOf([CLIP, dumb])).toBe('10 of 11 targets met');
  expect(formatQuality([dumb])).toContain('missed: flicker');
  const [titles, , row] = quoteQuality([dumb]).split('\n');
  expect(row?.split('|')).toHaveLength(titles?.split('|').length ?? 0);
});
