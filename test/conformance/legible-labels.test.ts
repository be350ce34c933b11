import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createI420, drawDisclosureLabel, MIN_ANY_LABEL_FRAME, planesOf, type I420Frame } from '@guise/frame';
import { DISCLOSURE_LABEL, labelPosition, labelText } from '@guise/protocol';

const CHARACTERS = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&.,/()+'-");
const word = fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength: 16 });
/** Texts that a policy may choose. */
const text = fc
  .array(word, { maxLength: 14 })
  .map((words) => [DISCLOSURE_LABEL, ...words].join(' '))
  .filter((candidate) => labelText.safeParse(candidate).success);

/** Rows with light ink in them, one run per line of text. */
function inkRuns(frame: I420Frame): readonly number[] {
  const { y } = planesOf(frame);
  const runs: number[] = [];
  let run = 0;
  for (let row = 0; row <= frame.height; row++) {
    const inked = row < frame.height && y.subarray(row * frame.width, (row + 1) * frame.width).includes(235);
    if (inked) run += 1;
    else if (run > 0) {
      runs.push(run);
      run = 0;
    }
  }
  return runs;
}

it('whatever label a policy may choose can be drawn legibly, in every corner of every picture that can be worked at', () => {
  const { width, height } = MIN_ANY_LABEL_FRAME;
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: width, max: 1000 }),
      fc.integer({ min: height, max: 1000 }),
      fc.constantFrom(...labelPosition.options),
      (label, w, h, corner) => {
        const frame = createI420(w, h);
        const box = drawDisclosureLabel(frame, label, corner);
        if (box === null) expect.fail(`${label} does not fit ${w}×${h}`);
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(w);
        expect(box.y + box.height).toBeLessThanOrEqual(h);
        // Capitals are 7 cells tall: at 180 lines, 5 pixels of them are left.
        const tallest = Math.max(...inkRuns(frame));
        expect((tallest * 180) / Math.min(w, h)).toBeGreaterThanOrEqual(4.9);
      },
    ),
    { numRuns: 150 },
  );
});

it('and on the smallest picture that a command takes, 160×90', () => {
  fc.assert(
    fc.property(text, (label) => {
      expect(drawDisclosureLabel(createI420(160, 90), label), label).not.toBeNull();
    }),
    { numRuns: 300 },
  );
});
