import { expect, test } from 'vitest';
import { ATTACKS } from './attacks.js';
import type { Clip } from './clips.js';
import { PARTS, planUnits } from './plan.js';

const clip = (index: number, material: Clip['material']): Clip => ({
  name: `clip ${index}`,
  file: `${index}.mkv`,
  index,
  material,
});
const CLIPS = [clip(0, 'natural'), clip(1, 'natural'), clip(2, 'gradient')];
const UNMARKED = [clip(0, 'screen'), clip(1, 'texture')];
const plan = (only: readonly string[], windows: number | null = null, quick = false) =>
  planUnits({ only, windows, quick, clips: null, work: '', report: () => undefined }, CLIPS, UNMARKED);

test('everything is planned unless parts are named', () => {
  const kinds = new Set(plan([]).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(
    ['attack', 'baseline', 'copy-attack', 'false-positives', 'flicker', 'quality'].sort(),
  );
});

test.each([
  ['quality', 'quality'],
  ['copied marks', 'copy-attack'],
  ['false positives', 'false-positives'],
  ['older marks', 'baseline'],
])('the part %s is planned alone', (part, kind) => {
  expect(PARTS).toContain(part);
  expect(new Set(plan([part]).map((unit) => unit.kind))).toEqual(new Set([kind]));
});

test('timings need no unit, an attack those of its clips', () => {
  expect(plan(['timings'])).toEqual([]);
  const [attack] = ATTACKS;
  expect(plan([attack?.name ?? '']).map(({ kind }) => kind)).toEqual(['attack', 'attack', 'attack']);
});

test('as many windows are placed as were asked for, on every material', () => {
  const placed = plan(['false positives'], 1000).flatMap((unit) =>
    unit.kind === 'false-positives' && unit.mode === 'placed' ? [unit] : [],
  );
  expect(placed.reduce((sum, { windows }) => sum + windows, 0)).toBeGreaterThanOrEqual(1000);
  expect(new Set(placed.map(({ material }) => material))).toEqual(
    new Set(['natural', 'gradient', 'screen', 'texture', 'foreign', 'noise']),
  );
});

test('no two batches cut the same windows', () => {
  const seeds = plan(['false positives']).flatMap((unit) =>
    unit.kind === 'false-positives' && unit.mode !== 'tags' ? [unit.seed] : [],
  );
  expect(new Set(seeds).size).toBe(seeds.length);
});

test('a hundred thousand windows are tried where nothing else is asked', () => {
  const windows = plan(['false positives']).reduce(
    (sum, unit) => sum + (unit.kind === 'false-positives' && unit.mode === 'placed' ? unit.windows : 0),
    0,
  );
  expect(windows).toBeGreaterThanOrEqual(100_000);
});
