import { expect, it } from 'vitest';
import { continuePlane } from './continue-background.js';

const [WIDTH, HEIGHT] = [200, 80];
/** The picture lies in the middle; beyond it the stage repeats the border, as it does before. */
const BORDERS = { left: 60, right: 140, top: 0 };
const PX_PER_CM = 10;

function stage(of: (x: number) => number): Float32Array {
  return Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => of(Math.max(60, Math.min(139, i % WIDTH))));
}

function continued(of: (x: number) => number): (x: number) => number {
  const plane = { values: stage(of), width: WIDTH, height: HEIGHT, neutral: 16 };
  const out = continuePlane(plane, BORDERS, PX_PER_CM);
  return (x) => out[40 * WIDTH + x] ?? NaN;
}

/** Mean step from one column to the next. */
function detail(at: (x: number) => number, from: number, to: number): number {
  let sum = 0;
  for (let x = from; x < to; x++) sum += Math.abs(at(x + 1) - at(x));
  return sum / (to - from);
}

it('goes on beyond the border with what is before it, not with a smear of the border alone', () => {
  // Dark next to the border, light a centimetre further inside.
  const at = continued((x) => (x < 70 ? 60 : 160));
  expect(Math.abs(at(58) - at(61))).toBeLessThan(15);
  expect(at(35)).toBeGreaterThan(100);
});

it('is more and more out of focus, and darker, the further away', () => {
  const at = continued((x) => (x % 8 < 4 ? 90 : 150));
  expect(detail(at, 57, 60)).toBeLessThan(detail(at, 80, 120));
  expect(detail(at, 5, 15)).toBeLessThan(0.25 * detail(at, 80, 120));
  const flat = continued(() => 150);
  expect(flat(2)).toBeLessThan(flat(45));
  expect(flat(100)).toBe(150);
});

it('leaves a picture that fills the view as it is', () => {
  const plane = { values: stage((x) => x), width: WIDTH, height: HEIGHT, neutral: 16 };
  expect(continuePlane(plane, { left: -5, right: 210, top: -3 }, PX_PER_CM)).toBe(plane.values);
});

it('mirrors a narrow picture again and again', () => {
  const plane = { values: stage((x) => x), width: WIDTH, height: HEIGHT, neutral: 16 };
  const out = continuePlane(plane, { left: 95, right: 105, top: 0 }, PX_PER_CM);
  expect(out.every((value) => value > 60 && value < 120)).toBe(true);
});
