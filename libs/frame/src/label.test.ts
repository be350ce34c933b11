import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLYPH_HEIGHT, GLYPH_WIDTH, hasInk } from './font.js';
import { createI420, copyI420, planesOf, type I420Frame } from './i420.js';
import { drawDisclosureLabel, MIN_LABEL_FRAME } from './label.js';
import { scaleI420 } from './scale.js';
import { renderSlate } from './slate.js';
import { lineCells } from './text.js';

const TEXT = 'AI MODIFIED';

/** A restless picture, so that the label must bring its own contrast. */
function busyFrame(width: number, height: number): I420Frame {
  const frame = createI420(width, height);
  planesOf(frame).y.forEach((_, i, y) => (y[i] = 16 + (((i * 2654435761) >>> 8) % 220)));
  return frame;
}

describe('disclosure label', () => {
  it('changes its box, top right, and nothing else', () => {
    const before = busyFrame(640, 360);
    const frame = copyI420(before);
    const box = drawDisclosureLabel(frame, TEXT);
    expect(box).not.toBeNull();
    if (box === null) return;
    expect(box.x + box.width).toBeGreaterThan(600);
    expect(box.y).toBeLessThan(20);
    const [a, b] = [planesOf(before).y, planesOf(frame).y];
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [i % 640, Math.floor(i / 640)];
      const inside = x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
      if (inside) expect([24, 235]).toContain(b[i]);
      else if (a[i] !== b[i]) expect.fail(`pixel ${x},${y} changed`);
    }
  });

  it.each([
    [1280, 720],
    [1920, 1080],
    [960, 720],
    [640, 360],
    [320, 180],
  ])('of a %i×%i frame can be read, cell by cell, at 180 lines', (width, height) => {
    const frame = busyFrame(width, height);
    const box = drawDisclosureLabel(frame, TEXT);
    if (box === null) expect.fail('no label');
    const scale = 180 / height;
    const small = scaleI420(frame, Math.round(width * scale), 180);
    const cell = ((box.height / (GLYPH_HEIGHT + 4)) | 0) * scale;
    expect(GLYPH_HEIGHT * cell).toBeGreaterThanOrEqual(6.9);
    const left = (box.x + box.width) * scale - (2 + lineCells(TEXT)) * cell;
    const top = box.y * scale + 2 * cell;
    let wrong = 0;
    let ink = 0;
    for (let i = 0; i < TEXT.length; i++)
      for (let row = 0; row < GLYPH_HEIGHT; row++)
        for (let column = 0; column < GLYPH_WIDTH; column++) {
          const x = Math.round(left + (i * 6 + column + 0.5) * cell - 0.5);
          const y = Math.round(top + (row + 0.5) * cell - 0.5);
          const expected = hasInk(TEXT.charAt(i), column, row);
          if (expected) ink += 1;
          if ((planesOf(small).y[y * small.width + x] ?? 0) > 129 !== expected) wrong += 1;
        }
    expect(ink).toBeGreaterThan(150);
    expect(wrong / (TEXT.length * 35)).toBeLessThan(0.06);
  });

  it.each(['top-right', 'top-left', 'bottom-right', 'bottom-left'] as const)(
    'stands %s where it is told',
    (corner) => {
      const before = busyFrame(640, 360);
      const frame = copyI420(before);
      const box = drawDisclosureLabel(frame, 'AI MODIFIED BY ACME', corner);
      if (box === null) expect.fail('no label');
      expect(corner.endsWith('left') ? box.x : 640 - box.x - box.width).toBeLessThan(10);
      expect(corner.startsWith('top') ? box.y : 360 - box.y - box.height).toBeLessThan(10);
      const ink = (left: number, right: number) => {
        const { y } = planesOf(frame);
        let cells = 0;
        for (let row = box.y; row < box.y + box.height; row++)
          for (let x = left; x < right; x++) if (y[row * 640 + x] === 235) cells += 1;
        return cells;
      };
      expect(ink(box.x, box.x + box.width)).toBeGreaterThan(500);
    },
  );

  it('of 40 characters goes on one line where that can be read, and on several where it cannot', () => {
    const text = 'AI MODIFIED / KI-VERAENDERT BY ACME CORP';
    const heights = [
      [1280, 720],
      [960, 720],
      [720, 1280],
    ].map(([width = 0, height = 0]) => drawDisclosureLabel(createI420(width, height), text)?.height);
    expect(heights).toEqual([44, 84, 84]);
  });

  it.each(['', ' ', 'AI MODIFIED é', 'AI MODIFIED \u202e', 'AI\nMODIFIED', 'ai modified'])(
    'of what the font cannot show, like %j, is none: nothing is painted',
    (text) => {
      const frame = busyFrame(640, 360);
      const before = copyI420(frame);
      expect(drawDisclosureLabel(frame, text)).toBeNull();
      expect(Buffer.compare(frame.data, before.data)).toBe(0);
    },
  );

  it('goes on two lines in a narrow frame, and answers null, painting nothing, when that does not fit', () => {
    const narrow = busyFrame(MIN_LABEL_FRAME.width, MIN_LABEL_FRAME.height);
    expect(drawDisclosureLabel(narrow, TEXT)).not.toBeNull();
    const before = busyFrame(40, 40);
    const frame = copyI420(before);
    expect(drawDisclosureLabel(frame, TEXT)).toBeNull();
    expect(Buffer.compare(frame.data, before.data)).toBe(0);
  });

  it('fits, or says that it does not, on every frame size', () => {
    const side = fc.integer({ min: 1, max: 700 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const frame = createI420(width, height);
        const box = drawDisclosureLabel(frame, TEXT);
        if (width >= MIN_LABEL_FRAME.width && height >= MIN_LABEL_FRAME.height) expect(box).not.toBeNull();
        if (box !== null) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(width);
          expect(box.y + box.height).toBeLessThanOrEqual(height);
        }
      }),
    );
  });
});

describe('slate', () => {
  it('is made from its arguments alone: equal arguments, equal card', () => {
    const first = renderSlate(640, 360, 'The permit has ended.');
    first.data.fill(77);
    expect(renderSlate(640, 360, 'The permit has ended.').data).toEqual(
      renderSlate(640, 360, 'The permit has ended.').data,
    );
    expect(Buffer.compare(renderSlate(640, 360, 'A').data, renderSlate(640, 360, 'B').data)).not.toBe(0);
  });

  it('uses five tones only, so that no picture can hide in it', () => {
    const { y, u, v } = planesOf(renderSlate(1280, 720, 'No permission to show an avatar'));
    expect(new Set(y).size).toBeLessThanOrEqual(4);
    expect(new Set(u).size).toBe(1);
    expect(new Set(v).size).toBe(1);
    expect(y.filter((value) => value > 150).length).toBeGreaterThan(2000);
  });

  it('takes any text and any size', () => {
    const side = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(side, side, fc.string({ unit: 'binary', maxLength: 400 }), (width, height, text) => {
        const slate = renderSlate(width, height, text);
        expect([slate.width, slate.height]).toEqual([width, height]);
        expect(slate.data.length).toBeGreaterThan(0);
      }),
    );
  });
});
