import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DISCLOSURE_LABEL, keptPolicyDocument, labelPositions, labelText } from './index.js';

const takes = (text: string): boolean => labelText.safeParse(text).success;

describe('the text of a label', () => {
  it.each([
    DISCLOSURE_LABEL,
    'AI MODIFIED BY ACME',
    'AI MODIFIED / KI-GENERIERT',
    'AI MODIFIED (ACME & SONS, LTD.)',
    `AI MODIFIED ${'X'.repeat(16)} ${'Y'.repeat(11)}`,
  ])('may be "%s"', (text) => {
    expect(takes(text)).toBe(true);
  });

  it.each([
    ['another text', 'LIVE'],
    ['the words inside a word', 'AI MODIFIEDX'],
    ['the words later', 'NOT AI MODIFIED'],
    ['the words turned round by a question', 'AI MODIFIED? NO'],
    ['a colon', 'AI MODIFIED: NO'],
    ['lower case, which would be drawn as capitals', 'AI MODIFIED by Acme'],
    ['an accent', 'AI MODIFIED É'],
    ['a homoglyph of Cyrillic', '\u0410I MODIFIED'],
    ['Hebrew, from right to left', 'AI MODIFIED \u05d0\u05d1'],
    ['a direction mark', 'AI MODIFIED \u202eLIVE'],
    ['a zero-width space', 'AI MODIFIED\u200b'],
    ['a line break', 'AI MODIFIED\nLIVE'],
    ['a line break at the end', 'AI MODIFIED\n'],
    ['an escape', 'AI MODIFIED \u001b[8m'],
    ['an emoji', 'AI MODIFIED 😀'],
    ['two spaces', 'AI  MODIFIED'],
    ['a space at the end', 'AI MODIFIED '],
    ['41 characters', `AI MODIFIED ${'X'.repeat(16)} ${'Y'.repeat(12)}`],
    ['a word of 17', `AI MODIFIED ${'X'.repeat(17)}`],
  ])('is no text with %s', (_, text) => {
    expect(takes(text)).toBe(false);
  });

  it('holds nothing but printable ASCII, whatever is tried', () => {
    const tail = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(tail, (text) => {
        const whole = `${DISCLOSURE_LABEL} ${text}`;
        if (takes(whole)) expect(whole).toMatch(/^[\x20-\x5a]{11,40}$/);
      }),
    );
  });
});

it('stands in one corner at least, and in none twice', () => {
  for (const [corners, fits] of [
    [['bottom-left', 'top-right'], true],
    [[], false],
    [['top-left', 'top-left'], false],
    [['centre'], false],
  ] as const) {
    expect([corners, labelPositions.safeParse(corners).success]).toEqual([corners, fits]);
  }
});

it('of a policy kept from before that cannot be drawn reads as the words of the law', () => {
  const { label } = keptPolicyDocument.shape;
  expect(label.parse({ text: 'AI MODIFIED by Acme', positions: ['top-left'] })).toEqual({
    text: DISCLOSURE_LABEL,
    positions: ['top-left'],
  });
  expect(label.parse({ text: 'AI MODIFIED BY ACME', positions: ['top-left'] }).text).toBe(
    'AI MODIFIED BY ACME',
  );
});
