import { describe, expect, it } from 'vitest';
import {
  SESSION,
  records,
  foreign,
  eight,
  placed,
  mark,
  matching,
  tiles,
  seen,
  weak,
  recording,
  judge,
  expectVerdict,
} from './testing/observations.js';
import { MIN_SHARE } from './frame-share.js';
import type { MarkObservation, SecondObservation } from './observation.js';
import { decideVerdict } from './verdict.js';

describe('what else a frame shows', () => {
  it('says when several sessions are mixed, and names the one seen most', () => {
    const sessions = new Map([
      [SESSION, records()],
      [5, records({ sessionNumber: 5 })],
    ]);
    const decision = decideVerdict({
      observations: [seen(0), seen(1), seen(2, { session: 5 })],
      sessions,
      materialSeconds: 3,
    });
    expectVerdict(decision, 'authorised', 'several-sessions');
    expect(decision.session).toBe(SESSION);
  });

  const inset = (share: number | null): SecondObservation[] =>
    [0, 1, 2].map((second) => ({ ...seen(second, { region: placed(0.1, 0.1, 0.5, 0.5) }), share }));

  it('is vouched for only where marked pictures fill it', () => {
    expectVerdict(judge(inset(MIN_SHARE)), 'authorised', 'proved');
    expectVerdict(judge(inset(MIN_SHARE - 0.01)), 'inconclusive', 'shows-more');
    expectVerdict(judge(inset(0.25)), 'inconclusive', 'shows-more');
    expectVerdict(judge(inset(null)), 'inconclusive', 'shows-more');
    const entry = judge(inset(0.25)).timeline[0]?.entry;
    expect(entry).toMatchObject({ verdict: 'inconclusive', reason: 'shows-more', share: 0.25 });
    expect(entry?.pictures).toEqual([
      expect.objectContaining({
        session: SESSION,
        verdict: 'authorised',
        region: placed(0.1, 0.1, 0.5, 0.5),
      }),
    ]);
  });

  it('is vouched for only where most of what was received of the picture is compared', () => {
    // A strip is missing at three sides: six whole tiles are compared, the ten beside them are not.
    const tileDistances = tiles(2).map((d, i) => ([5, 6, 9, 10, 13, 14].includes(i) ? d : null));
    const pictures = eight({ ...matching, picture: null, tileDistances });
    const cut = [0, 1, 2].map((second) =>
      seen(second, { pictures, region: placed(-0.02, -0.02, 1.04, 1.02) }),
    );
    expectVerdict(judge(cut), 'inconclusive', 'too-little-compared');
    const close = [0, 1, 2].map((second) => seen(second, { pictures, region: placed(-0.5, -0.5, 2, 1.5) }));
    expectVerdict(judge(close), 'authorised', 'proved');
  });

  it('does not hide an alteration behind its share', () => {
    const altered = inset(0.25).map((second) => ({
      ...second,
      marks: second.marks.map((one) => ({ ...one, pictures: eight(foreign) })),
    }));
    expectVerdict(judge(altered), 'altered', 'picture-differs');
  });

  it('is judged picture by picture in a gallery view, and by the worst of them', () => {
    const gallery = (changes: Partial<MarkObservation>): SecondObservation[] =>
      [0, 1, 2].map((second) => ({
        ...seen(second),
        marks: [
          mark(second, { region: placed(0, 0, 0.5, 1) }),
          mark(second, { region: placed(0.5, 0, 0.5, 1), ...changes }),
        ],
      }));
    expectVerdict(judge(gallery({})), 'authorised', 'proved');
    const altered = judge(gallery({ pictures: eight(foreign) }));
    expectVerdict(altered, 'altered', 'picture-differs');
    expect(altered.timeline[0]?.entry.pictures.map(({ verdict }) => verdict)).toEqual([
      'authorised',
      'altered',
    ]);
    expectVerdict(judge(gallery({ epoch: null })), 'inconclusive', 'epoch-unreadable');
    expectVerdict(judge(gallery({ session: 5 })), 'not-authorised', 'session-unknown');
  });

  it('counts for a second whose mark is too weak to read as well', () => {
    const at = (share: number) =>
      judge(recording(12, (second) => (second === 4 ? { ...weak(second), share } : null)));
    expectVerdict(at(1), 'authorised', 'mark-too-weak');
    expectVerdict(at(0.5), 'inconclusive', 'partly-unmarked');
  });
});
