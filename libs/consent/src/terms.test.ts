import { personId, type ConsentTerms } from '@guise/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findUnmet, termsOf } from './terms.js';
import { idOf } from './testing/cast.js';

const wearer = personId.parse(idOf('per', 0));
const terms: ConsentTerms = {
  wearers: [wearer],
  purposes: ['meeting'],
  audience: ['internal'],
  notBefore: 0,
  notAfter: 10,
};
const wish = { wearer, purpose: 'meeting', audience: 'internal' } as const;

describe('terms of a consent', () => {
  it('hold for any meeting, or only for the named ones', () => {
    const meetings = ['https://meet.example/board'];
    expect(findUnmet(terms, wish)).toEqual([]);
    expect(findUnmet({ ...terms, meetings }, { ...wish, meeting: 'https://meet.example/board' })).toEqual([]);
    for (const meeting of [undefined, null, 'https://meet.example/board2', 'https://meet.example/']) {
      expect(findUnmet({ ...terms, meetings }, { ...wish, meeting })).toEqual(['consent-names-meeting']);
    }
  });

  it('hold on the named platforms only, however an address is dressed up', () => {
    const platforms = ['meet.example'];
    const unmet = (meeting: string | null) => findUnmet({ ...terms, platforms }, { ...wish, meeting });
    for (const meeting of [
      'https://meet.example/a',
      'https://EU.Meet.Example:443/a',
      'https://meet.example',
    ]) {
      expect(unmet(meeting)).toEqual([]);
    }
    for (const meeting of [
      null,
      'http://meet.example/a',
      'https://evil.example/meet.example',
      'https://notmeet.example/',
      'https://meet.example@evil.example/',
      'https://evil.example\\@meet.example/',
      'https://meet.example.evil.example/',
      'https://evil.example?.meet.example',
      'https://evil.example#.meet.example/',
    ]) {
      expect([meeting, unmet(meeting)]).toEqual([meeting, ['consent-names-meeting']]);
    }
  });

  it('agree about the host with the URL standard, for every URL they accept', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }), (url) => {
        const platforms = [new URL(url).hostname];
        const [other] = findUnmet({ ...terms, platforms: ['elsewhere.example'] }, { ...wish, meeting: url });
        expect(findUnmet({ ...terms, platforms }, { ...wish, meeting: url })).toEqual([]);
        expect(other).toBe('consent-names-meeting');
      }),
    );
  });

  it('are the first ones and all further ones', () => {
    const further = [{ ...terms, audience: ['external' as const] }];
    expect(termsOf({ ...terms, further })).toEqual([terms, ...further]);
  });
});
