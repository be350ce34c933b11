import { i420Bytes, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { pasteInto, sideBySide } from './clips.js';
import { resultsOf, timingTable } from './results.js';
import { createNarrator, done } from './steps.js';

const narrator = () =>
  createNarrator({
    tell: () => undefined,
    heading: () => undefined,
    explainError: String,
    monotonicMs: () => 0,
  });

describe('steps', () => {
  it('are kept in order, a failure counts as what was seen', async () => {
    const story = narrator();
    expect(await story.step('a', 'works', () => done('worked'))).toBe(true);
    expect(await story.step('b', 'works', () => Promise.reject(new Error('broken')))).toBe(false);
    expect(await story.step('c', 'x', () => Promise.resolve({ got: 'y', ok: false }))).toBe(false);
    expect(story.results).toEqual([
      { name: 'a', expected: 'works', got: 'worked', ok: true },
      { name: 'b', expected: 'works', got: 'Error: broken', ok: false },
      { name: 'c', expected: 'x', got: 'y', ok: false },
    ]);
    expect(resultsOf(story.results, {}, []).ok).toBe(false);
  });

  it('are ok only when there are any and all are', () => {
    expect(resultsOf([], {}, []).ok).toBe(false);
    expect(resultsOf([{ name: 'a', expected: '', got: '', ok: true }], {}, []).ok).toBe(true);
  });
});

describe('timing table', () => {
  it('lists stages', () => {
    expect(
      timingTable([
        { name: 'render', medianMs: 4, p95Ms: 6 },
        { name: 'mark', medianMs: 2.25, p95Ms: 3 },
      ]),
    ).toContain('| mark | 2.3 | 3.0 |');
  });
});

const frame = (width: number, height: number, value: number): I420Frame => ({
  width,
  height,
  data: new Uint8Array(i420Bytes(width, height)).fill(value),
});

describe('pictures', () => {
  it('stand beside each other with a white gap', () => {
    const picture = (width: number, value: number) => ({
      width,
      height: 2,
      data: new Uint8Array(width * 6).fill(value),
    });
    const sheet = sideBySide([picture(3, 10), picture(2, 20)]);
    expect([sheet.width, sheet.height]).toEqual([3 + 8 + 2, 2]);
    expect(sheet.data[0]).toBe(10);
    expect(sheet.data[3 * 3]).toBe(255);
    expect(sheet.data.at(-1)).toBe(20);
  });

  it('are forged in the middle only, in all three planes', () => {
    const forged = pasteInto(frame(16, 8, 1), frame(16, 8, 9), 0.5);
    const patched = [...forged.data].filter((value) => value === 9).length;
    expect(patched).toBe(8 * 4 + 2 * (4 * 2));
    expect(forged.data[0]).toBe(1);
    expect(forged.data[4 * 16 + 8]).toBe(9);
  });
});
