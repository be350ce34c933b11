import { describe, expect, it } from 'vitest';
import { parseOnce } from './parse-once.js';

describe('parseOnce', () => {
  it('parses a text once while it is kept, and tells texts apart', () => {
    const parsed: string[] = [];
    const parse = parseOnce((text) => {
      parsed.push(text);
      return { text };
    }, 2);
    expect(parse('a')).toBe(parse('a'));
    expect(parse('b')).toEqual({ text: 'b' });
    expect(parsed).toEqual(['a', 'b']);
    parse('c');
    expect(parse('b')).toEqual({ text: 'b' });
    expect(parsed).toEqual(['a', 'b', 'c']);
    parse('a');
    expect(parsed).toEqual(['a', 'b', 'c', 'a']);
  });

  it('refuses what does not parse every time', () => {
    const parse = parseOnce((text): unknown => JSON.parse(text), 2);
    for (let i = 0; i < 3; i += 1) expect(() => parse('{')).toThrow(SyntaxError);
  });
});
