import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kept } from './kept.js';

const text = (mostBytes: number) => new Kept<string>(mostBytes, (value) => value.length);

test('what was used longest ago goes first, and is made anew when it is asked for again', () => {
  const kept = text(4);
  const made: string[] = [];
  const get = (name: string) => kept.get(name, () => (made.push(name), name));
  for (const name of ['aa', 'bb', 'aa', 'cc', 'aa', 'bb']) expect(get(name)).toBe(name);
  expect(made).toEqual(['aa', 'bb', 'cc', 'bb']);
  expect([...kept.values()]).toEqual(['aa', 'bb']);
});

test('whatever is asked for, no more is held than allowed, except one thing that is larger by itself', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 60 }), (names) => {
      const kept = text(10);
      for (const name of names) {
        kept.get(name, () => name);
        const held = [...kept.values()];
        expect(held.at(-1)).toBe(name);
        expect(kept.bytes).toBe(held.join('').length);
        expect(kept.bytes <= 10 || held.length === 1).toBe(true);
      }
    }),
  );
});
