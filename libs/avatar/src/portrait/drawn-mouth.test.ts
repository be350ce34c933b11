import { expect, it } from 'vitest';
import { drawnInside, mouthColours, teethRows, type Jaws } from './drawn-mouth.js';

const COLOURS = mouthColours([170, 112, 150]);
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

it('has an inside far darker than any shadowed lip, and flesh redder than yellow skin', () => {
  const yellow = mouthColours([150, 92, 145]);
  expect(yellow.cavity[0] - 16).toBeLessThan(0.2 * (150 - 16));
  const red = ([y, u, v]: readonly [number, number, number]): number => (v - u) / (y - 16);
  expect(red(yellow.tongue)).toBeGreaterThan(1.3 * ((145 - 92) / (150 - 16)) * 0.8);
  expect(yellow.tongue[2]).toBeGreaterThan(yellow.tongue[1] + 20);
});

it('shades teeth under the upper lip: bright ones right there look like the lip itself', () => {
  const speech = { ...STILL, lipRaiseCm: 0.2, dropCm: 0.7 };
  expect(lumaAt(speech, 1.2, 0.02)).toBeLessThan(0.65 * lumaAt(speech, 1.2, 0.2));
});
