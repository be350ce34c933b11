import { describe, expect, it } from 'vitest';
import { START, records, seen, unmarked, clip, judge, expectVerdict } from './testing/observations.js';

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

  it('accuses nobody, and clears nobody, where what proves a session was erased', () => {
    const erased = records({ erased: true, epochs: new Map() });
    expectVerdict(judge(clip(), erased), 'inconclusive', 'records-erased');
    expectVerdict(judge(clip(), records({ erased: true })), 'inconclusive', 'records-erased');
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
});
