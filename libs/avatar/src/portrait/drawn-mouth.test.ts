import { expect, it } from 'vitest';
import { drawnInside, mouthColours, teethRows, type Jaws } from './drawn-mouth.js';

const COLOURS = mouthColours([110, 118, 150], [170, 112, 150]);
const STILL: Jaws = { lipRaiseCm: 0, dropCm: 0, wideningCm: 0 };

/** Luma in the middle of a mouth `gap` centimetres open, a share of the way down. */
function lumaAt(jaws: Jaws, gap: number, share: number): number {
  return drawnInside(COLOURS, 0, share * gap, gap, gap, teethRows(jaws, 1))[0];
}

it('shows upper teeth, a dark mouth below them, and no slab of lower teeth in speech', () => {
  const speech = { ...STILL, lipRaiseCm: 0.2, dropCm: 0.7 };
  expect(lumaAt(speech, 1.2, 0.15)).toBeGreaterThan(110);
  for (const share of [0.45, 0.6, 0.75, 0.9]) expect(lumaAt(speech, 1.2, share)).toBeLessThan(80);
});

it('fills a smile with upper teeth', () => {
  const smile = { ...STILL, lipRaiseCm: 0.3, dropCm: 0.4, wideningCm: 1.1 };
  for (const share of [0.2, 0.4, 0.6]) expect(lumaAt(smile, 1.2, share)).toBeGreaterThan(110);
  expect(lumaAt({ ...smile, wideningCm: 0 }, 1.2, 0.6)).toBeLessThan(80);
});
