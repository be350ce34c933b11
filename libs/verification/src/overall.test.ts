import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  START,
  SESSION,
  records,
  matching,
  pasted,
  foreign,
  swapped,
  eight,
  WHOLE,
  mark,
  seen,
  unmarked,
  weak,
  recording,
  judge,
  expectVerdict,
} from './testing/observations.js';
import { decideVerdict, type VerdictDecision } from './verdict.js';
import type { MarkObservation, Trace } from './observation.js';

describe('the verdict on the whole', () => {
  it('is not authorised when part of the seconds carries no mark, and says which', () => {
    const told = (decision: VerdictDecision) =>
      decision.reasons.find(({ code }) => code === 'partly-proved')?.message;
    const alternating = judge(recording(12, (second) => (second % 2 === 1 ? unmarked(second) : null)));
    expectVerdict(alternating, 'inconclusive', 'partly-unmarked');
    expect(told(alternating)).toContain('seconds 1, 3, 5, 7, 9, 11.');
    const half = judge([seen(0), unmarked(1)]);
    expectVerdict(half, 'inconclusive', 'partly-proved');
    expect(told(half)).toContain('second 1.');
    const last = recording(12, (second) => (second === 11 ? unmarked(second) : null));
    expectVerdict(judge(last), 'inconclusive', 'partly-unmarked');
    const tail = judge(recording(12, (second) => (second > 6 ? unmarked(second) : null)));
    expect(told(tail)).toContain('seconds 7–11.');
  });

  it('is not authorised when half of it is unclear, and lists why', () => {
    const unclear = eight({ ...matching, face: 18 });
    const decision = judge(
      recording(12, (second) => (second < 6 ? seen(second, { pictures: unclear }) : null)),
    );
    expectVerdict(decision, 'inconclusive', 'picture-unclear');
    expectVerdict(decision, 'inconclusive', 'partly-proved');
  });

  it('forgives one second in ten whose mark is too weak, where the picture is the recorded one', () => {
    const one = (changes: Partial<Trace> = {}) =>
      recording(12, (second) => (second === 4 ? weak(second, changes) : null));
    expectVerdict(judge(one()), 'authorised', 'mark-too-weak');
    expectVerdict(judge(recording(13, (s) => (s === 12 ? weak(s) : null))), 'authorised', 'mark-too-weak');
    expectVerdict(judge(one({ pictures: eight(foreign) })), 'inconclusive', 'partly-unmarked');
    expectVerdict(judge(one({ pictures: eight(pasted) })), 'inconclusive', 'partly-unmarked');
    expectVerdict(judge(one({ pictures: eight(matching, [foreign]) })), 'inconclusive', 'partly-unmarked');
    expectVerdict(judge(one({ session: 5 })), 'inconclusive', 'partly-unmarked');
    expectVerdict(judge(one({ epoch: 500 })), 'inconclusive', 'partly-unmarked');
    expectVerdict(
      judge(recording(12, (s) => (s === 4 || s === 8 ? weak(s) : null))),
      'inconclusive',
      'partly-proved',
    );
    expectVerdict(
      judge(recording(40, (s) => (s === 4 || s === 5 ? weak(s) : null))),
      'inconclusive',
      'partly-unmarked',
    );
    expectVerdict(judge(recording(9, (s) => (s === 4 ? weak(s) : null))), 'inconclusive', 'mark-too-weak');
  });

  it('is authorised only when every second is, but for one weak second in ten', () => {
    const anyMark = fc.record({
      session: fc.constantFrom(SESSION, SESSION, 5),
      epoch: fc.constantFrom(10, 10, 40, 500, null),
      epochTagZ: fc.constantFrom(9, 9, 2, null),
      pictures: fc.array(fc.constantFrom(matching, matching, matching, pasted, swapped, foreign), {
        maxLength: 8,
      }),
    });
    const trace = { session: SESSION, epoch: 10, pictures: eight(matching), region: WHOLE };
    const anySecond = fc.record({
      marks: fc.array(anyMark, { maxLength: 2 }),
      share: fc.constantFrom(1, 1, 0.4, null),
      trace: fc.constantFrom(null, trace),
    });
    // Mostly sound seconds, or hardly any example would be authorised.
    const second = fc.oneof(
      { weight: 24, arbitrary: fc.constant({ marks: [{ epoch: 10 }], share: 1, trace: null }) },
      { weight: 3, arbitrary: fc.constant({ marks: [], share: 1, trace }) },
      { weight: 4, arbitrary: anySecond },
    );
    const known = records({ permits: [{ from: START, until: START + 30 }] });
    const isSound = ({ session, epoch, epochTagZ, pictures }: MarkObservation): boolean =>
      session === SESSION &&
      epoch === 10 &&
      epochTagZ !== 2 &&
      pictures.length > 0 &&
      pictures.every((picture) => picture === matching);
    let authorised = 0;
    fc.assert(
      fc.property(fc.array(second, { minLength: 1, maxLength: 24 }), (seconds) => {
        const observations = seconds.map(({ marks, ...rest }, i) => ({
          ...{ second: i, ...rest },
          marks: marks.map((changes) => mark(i, changes)),
        }));
        const decision = judge(observations, known);
        for (const [i, { entry }] of decision.timeline.entries()) {
          const { marks = [], share = null } = observations[i] ?? {};
          const sound = marks.length > 0 && marks.every(isSound) && share === 1;
          expect(entry.verdict === 'authorised').toBe(sound);
        }
        if (decision.verdict !== 'authorised') return;
        authorised += 1;
        const open = decision.timeline.filter(({ entry }) => entry.verdict !== 'authorised');
        expect(open.every(({ reason }) => reason === 'mark-too-weak')).toBe(true);
        expect(open.length * 10).toBeLessThanOrEqual(decision.timeline.length);
      }),
      { numRuns: 500 },
    );
    expect(authorised).toBeGreaterThan(20);
  });

  it('is not authorised where some seconds were not looked at, whatever the others show', () => {
    const every = recording(20);
    const part = every.filter(({ second }) => second !== 7);
    expectVerdict(judge(every), 'authorised', 'proved');
    const sampled = judge(part);
    expectVerdict(sampled, 'inconclusive', 'sampled');
    expect(sampled.coverage).toEqual({ seconds: 20, read: 19, longestGap: 1 });
    expect(sampled.timeline.every(({ entry }) => entry.verdict === 'authorised')).toBe(true);
    const sessions = new Map([[SESSION, records()]]);
    const of = (materialSeconds: number) =>
      decideVerdict({ observations: every, sessions, materialSeconds }).verdict;
    expect([19.4, 20, 20.3, 20.4, 21, 3600].map(of)).toEqual([
      ...['authorised', 'authorised', 'authorised'],
      ...['inconclusive', 'inconclusive', 'inconclusive'],
    ]);
  });

  it('accuses also where only part was looked at', () => {
    const others = recording(20, (second) => seen(second, { pictures: eight(foreign) }));
    const sampled = judge(others.filter(({ second }) => second % 5 === 0));
    expectVerdict(sampled, 'altered', 'picture-differs');
    expectVerdict(sampled, 'altered', 'sampled');
  });
});
