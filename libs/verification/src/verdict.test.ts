import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '@guise/protocol';
import type { SecondObservation, SessionRecords, Trace } from './observation.js';
import type { PictureMatch } from './picture-match.js';
import type { ReasonCode } from './reasons.js';
import { decideVerdict, type VerdictDecision } from './verdict.js';

const START = 1_793_534_400;
const SESSION = 77;
const always = [{ from: START - 1000, until: null }];

function records(changes: Partial<SessionRecords> = {}): SessionRecords {
  const epochs = Array.from(
    { length: 60 },
    (_, i) => [i, { renderedAt: START + i, slateOnly: false, hasSlate: false }] as const,
  );
  return {
    sessionNumber: SESSION,
    live: false,
    epochs: new Map(epochs),
    permits: always,
    consent: always,
    avatarActive: always,
    device: always,
    ...changes,
  };
}

const tiles = (distance: number): number[] => Array.from({ length: 16 }, () => distance);
const matching: PictureMatch = { picture: 6, face: 8, tileDistances: tiles(2), median: 2 };
const pasted: PictureMatch = { ...matching, tileDistances: tiles(2).map((d, i) => (i < 4 ? 25 : d)) };
const foreign: PictureMatch = { picture: 120, face: 110, tileDistances: tiles(31), median: 31 };
const swapped: PictureMatch = { ...matching, face: 45 };
/** The pictures of a second. */
const eight = (picture: PictureMatch, others: readonly PictureMatch[] = []): readonly PictureMatch[] => [
  ...others,
  ...Array.from({ length: 8 - others.length }, () => picture),
];

const seen = (second: number, changes: Partial<SecondObservation> = {}): SecondObservation => ({
  second,
  session: SESSION,
  epoch: second + 10,
  epochTagZ: 9,
  pictures: eight(matching),
  trace: null,
  ...changes,
});
const unmarked = (second: number): SecondObservation =>
  seen(second, { session: null, epoch: null, epochTagZ: null, pictures: [] });
const weak = (second: number, changes: Partial<Trace> = {}): SecondObservation => ({
  ...unmarked(second),
  trace: { session: SESSION, epoch: second + 10, pictures: eight(matching), ...changes },
});
/** Seconds from 0, each proved unless named otherwise. */
const recording = (
  length: number,
  other: (second: number) => SecondObservation | null,
): SecondObservation[] => Array.from({ length }, (_, second) => other(second) ?? seen(second));

const judge = (
  observations: readonly SecondObservation[],
  known: SessionRecords = records(),
): VerdictDecision => decideVerdict({ observations, sessions: new Map([[SESSION, known]]) });
const clip = (changes: Partial<SecondObservation> = {}): SecondObservation[] =>
  [0, 1, 2, 3].map((second) => seen(second, changes));

function expectVerdict(decision: VerdictDecision, verdict: Verdict, reason: ReasonCode): void {
  expect(decision.verdict).toBe(verdict);
  expect(decision.reasons.map(({ code }) => code)).toContain(reason);
  expect(decision.reasons.every(({ message }) => message.length > 10)).toBe(true);
}

describe('the verdict', () => {
  it('is authorised when mark, evidence, permit, consent, approval, device and picture agree', () => {
    expectVerdict(judge(clip()), 'authorised', 'proved');
    expectVerdict(judge([seen(0)]), 'authorised', 'proved');
    expect(judge(clip()).timeline.map(({ entry }) => entry.renderedAt)).toEqual(
      [10, 11, 12, 13].map((e) => START + e),
    );
  });

  it('is authorised before the key is disclosed, and says so', () => {
    expectVerdict(judge(clip({ epochTagZ: null })), 'authorised', 'tag-undisclosed');
  });

  it('is unmarked without a mark: never "authentic"', () => {
    expectVerdict(judge([0, 1, 2].map(unmarked)), 'unmarked', 'no-mark');
    expectVerdict(judge([unmarked(0)]), 'unmarked', 'no-mark');
    expect(judge([unmarked(0)]).session).toBeNull();
  });

  it('is altered when a mark was copied onto another picture, valid tag or not', () => {
    expectVerdict(judge(clip({ pictures: eight(foreign) })), 'altered', 'picture-differs');
    expectVerdict(judge([seen(0, { pictures: [foreign] })]), 'altered', 'picture-differs');
    expectVerdict(judge(clip({ pictures: eight(foreign), epochTagZ: null })), 'altered', 'picture-differs');
  });

  it('is altered when a face was pasted in, and names the tiles', () => {
    const decision = judge(clip({ pictures: eight(pasted) }));
    expectVerdict(decision, 'altered', 'tiles-differ');
    expect(decision.timeline[0]?.entry.alteredTiles).toEqual([0, 1, 2, 3]);
  });

  it('is altered when only the face is another one, however well it is fitted in', () => {
    const decision = judge(clip({ pictures: eight(swapped) }));
    expectVerdict(decision, 'altered', 'face-differs');
    expect(decision.timeline[0]?.entry).toMatchObject({ faceDistance: 45, fingerprintDistance: 2 });
    expectVerdict(judge([seen(0, { pictures: [swapped] })]), 'altered', 'face-differs');
  });

  it.each([
    ['picture', 16, 24, 32],
    ['face', 16, 18, 20],
    ['median', 6, 10, 14],
  ] as const)(
    'stays inconclusive between the recorded %s and another one',
    (part, recorded, unclear, other) => {
      const at = (distance: number) => clip({ pictures: eight({ ...matching, [part]: distance }) });
      expectVerdict(judge(at(recorded)), 'authorised', 'proved');
      expectVerdict(judge(at(unclear)), 'inconclusive', 'picture-unclear');
      expect(judge(at(other)).verdict).toBe('altered');
    },
  );

  it('is content with most pictures being clear, as long as none is foreign', () => {
    const unclear: PictureMatch = { ...matching, face: 18 };
    expectVerdict(judge(clip({ pictures: eight(matching, [unclear, unclear]) })), 'authorised', 'proved');
    expectVerdict(
      judge(clip({ pictures: eight(matching, [unclear, unclear, unclear]) })),
      'inconclusive',
      'picture-unclear',
    );
  });

  it('judges by what is there: a crop without a face, a second without a recorded one', () => {
    const cropped: PictureMatch = {
      ...matching,
      picture: null,
      tileDistances: matching.tileDistances.map((d, i) => (i % 4 === 0 ? null : d)),
    };
    expectVerdict(judge(clip({ pictures: eight(cropped) })), 'authorised', 'proved');
    expectVerdict(judge(clip({ pictures: eight({ ...cropped, face: null }) })), 'authorised', 'proved');
    const faceOnly = { picture: null, face: 5, tileDistances: tiles(0).map(() => null), median: null };
    expectVerdict(judge(clip({ pictures: eight(faceOnly) })), 'authorised', 'proved');
    expectVerdict(judge(clip({ pictures: eight({ ...faceOnly, face: 60 }) })), 'altered', 'face-differs');
    expectVerdict(
      judge(clip({ pictures: eight({ ...faceOnly, face: null }) })),
      'inconclusive',
      'nothing-to-compare',
    );
  });

  it.each([
    ['permits', 'permit-not-in-force'],
    ['consent', 'consent-not-in-force'],
    ['avatarActive', 'approval-not-in-force'],
    ['device', 'device-not-in-force'],
  ] as const)('is not authorised when %s ended before one of the seconds', (name, reason) => {
    const until = (second: number) => records({ [name]: [{ from: START - 1000, until: START + second }] });
    expectVerdict(judge(clip(), until(13)), 'not-authorised', reason);
    expectVerdict(judge(clip(), until(14)), 'authorised', 'proved');
    expectVerdict(judge(clip(), records({ [name]: [] })), 'not-authorised', reason);
    expectVerdict(
      judge(clip(), records({ [name]: [{ from: START + 11, until: null }] })),
      'not-authorised',
      reason,
    );
  });

  it('judges each second by what held then, not by what holds now', () => {
    const withdrawn = records({ consent: [{ from: START, until: START + 12 }] });
    expect(judge(clip(), withdrawn).timeline.map(({ entry }) => entry.verdict)).toEqual([
      'authorised',
      'authorised',
      'not-authorised',
      'not-authorised',
    ]);
  });

  it('is not authorised for a session nobody opened, or a client that left no evidence', () => {
    expectVerdict(judge(clip({ session: 5 })), 'not-authorised', 'session-unknown');
    expectVerdict(judge(clip({ epoch: 500 })), 'not-authorised', 'evidence-missing');
  });

  it('waits for evidence of a running session only, and only for its newest seconds', () => {
    expectVerdict(judge(clip({ epoch: 500 }), records({ live: true })), 'inconclusive', 'evidence-pending');
    const gap = new Map([...records().epochs].filter(([epoch]) => epoch !== 11));
    expectVerdict(judge(clip(), records({ live: true, epochs: gap })), 'not-authorised', 'evidence-missing');
  });

  it('is altered when a marked picture claims a second in which only the slate was shown', () => {
    const slate = new Map(
      [...records().epochs].map(([epoch, record]) => [epoch, { ...record, slateOnly: true, hasSlate: true }]),
    );
    expectVerdict(judge(clip(), records({ epochs: slate })), 'altered', 'slate-second');
  });

  it('stays inconclusive when the tag fails, the second is unreadable, or there is nothing to compare', () => {
    expectVerdict(judge(clip({ epochTagZ: 2 })), 'inconclusive', 'tag-mismatch');
    expectVerdict(judge(clip({ epoch: null })), 'inconclusive', 'epoch-unreadable');
    expectVerdict(judge(clip({ pictures: [] })), 'inconclusive', 'nothing-to-compare');
  });

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

  it('lets no genuine picture vouch for another one in its second', () => {
    for (const other of [foreign, swapped]) {
      // Six of eight pictures are genuine: two are enough, in every second of the recording or in two of them.
      const mixed = eight(matching, [other, other]);
      expectVerdict(judge(clip({ pictures: mixed })), 'altered', 'pictures-mixed');
      const twice = recording(12, (s) => (s === 3 || s === 9 ? seen(s, { pictures: mixed }) : null));
      expectVerdict(judge(twice), 'altered', 'pictures-mixed');
      const once = recording(12, (s) => (s === 3 ? seen(s, { pictures: mixed }) : null));
      expectVerdict(judge(once), 'inconclusive', 'single-second-differs');
      // One picture may be a slip of the decoder: nothing is claimed either way.
      const slip = clip({ pictures: eight(matching, [other]) });
      expectVerdict(judge(slip), 'inconclusive', 'pictures-mixed');
    }
    expectVerdict(judge(clip({ pictures: eight(swapped, [matching, matching]) })), 'altered', 'face-differs');
  });

  it('does not accuse where the slate came between, nor authorise it', () => {
    const epochs = new Map(
      [...records().epochs].map(([epoch, record]) => [epoch, { ...record, hasSlate: epoch === 11 }]),
    );
    const mixed = recording(4, (s) => (s <= 2 ? seen(s, { pictures: eight(matching, [foreign]) }) : null));
    expectVerdict(judge(mixed, records({ epochs })), 'inconclusive', 'slate-between');
    const mostly = recording(4, (s) => (s <= 2 ? seen(s, { pictures: eight(foreign) }) : null));
    expectVerdict(judge(mostly, records({ epochs })), 'inconclusive', 'slate-between');
    expectVerdict(judge(clip(), records({ epochs })), 'authorised', 'proved');
  });

  it('does not call a recording altered for one second, nor authorised', () => {
    const decision = judge([seen(0), seen(1), seen(2, { pictures: eight(foreign) }), seen(3)]);
    expectVerdict(decision, 'inconclusive', 'single-second-differs');
  });

  it('does not accuse for tiles that differ here and there, as harsh compression makes them', () => {
    const noisy = (foreignTiles: readonly number[]) =>
      eight({
        ...matching,
        tileDistances: matching.tileDistances.map((d, i) => (foreignTiles.includes(i) ? 20 : d)),
      });
    const wandering = [
      [0, 5],
      [9, 14],
      [3, 7],
      [11, 2],
    ].map((stray, i) => seen(i, { pictures: noisy(stray) }));
    expectVerdict(judge(wandering), 'inconclusive', 'single-second-differs');
    const steady = [
      [0, 5],
      [0, 5],
      [3, 7],
      [11, 2],
    ].map((stray, i) => seen(i, { pictures: noisy(stray) }));
    expectVerdict(judge(steady), 'altered', 'tiles-differ');
  });

  it('finds half a foreign picture, also where the median is in doubt', () => {
    const half: PictureMatch = {
      ...matching,
      tileDistances: matching.tileDistances.map((d, i) => (i < 8 ? 24 : d)),
      median: 8,
    };
    expectVerdict(judge([seen(0, { pictures: [half] })]), 'altered', 'tiles-differ');
  });

  it('says when several sessions are mixed, and names the one seen most', () => {
    const sessions = new Map([
      [SESSION, records()],
      [5, records({ sessionNumber: 5 })],
    ]);
    const decision = decideVerdict({ observations: [seen(0), seen(1), seen(2, { session: 5 })], sessions });
    expectVerdict(decision, 'authorised', 'several-sessions');
    expect(decision.session).toBe(SESSION);
  });

  it('is authorised only when every second is, but for one weak second in ten', () => {
    const second = fc.record({
      session: fc.constantFrom(SESSION, 5, null),
      epoch: fc.constantFrom(10, 40, 500, null),
      epochTagZ: fc.constantFrom(9, 2, null),
      pictures: fc.array(fc.constantFrom(matching, matching, matching, pasted, swapped, foreign), {
        maxLength: 8,
      }),
      trace: fc.constantFrom(null, { session: SESSION, epoch: 10, pictures: eight(matching) }),
    });
    // Mostly sound seconds, or hardly any example would be authorised.
    const mostlySound = fc.oneof(
      { weight: 8, arbitrary: fc.constant({ epoch: 10 }) },
      {
        weight: 1,
        arbitrary: fc.constant({
          ...weak(0),
          epoch: null,
          trace: { session: SESSION, epoch: 10, pictures: eight(matching) },
        }),
      },
      { weight: 1, arbitrary: second },
    );
    const known = records({ permits: [{ from: START, until: START + 30 }] });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(second, mostlySound, mostlySound, mostlySound), { minLength: 1, maxLength: 24 }),
        (seconds) => {
          const decision = judge(
            seconds.map((changes, i) => seen(i, { ...changes, second: i })),
            known,
          );
          for (const [i, { entry }] of decision.timeline.entries()) {
            const { session, epoch, epochTagZ, pictures } = seen(i, seconds[i]);
            const sound =
              session === SESSION &&
              epoch === 10 &&
              epochTagZ !== 2 &&
              pictures.length > 0 &&
              pictures.every((picture) => picture === matching);
            expect(entry.verdict === 'authorised').toBe(sound);
          }
          if (decision.verdict !== 'authorised') return;
          const open = decision.timeline.filter(({ entry }) => entry.verdict !== 'authorised');
          expect(open.every(({ reason }) => reason === 'mark-too-weak')).toBe(true);
          expect(open.length * 10).toBeLessThanOrEqual(decision.timeline.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
