import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeCounter, type CounterJudgement, type PasskeyCount } from './counter.js';

/** What the registry keeps of one passkey, with nothing forgotten. */
class Registry {
  private readonly accepted: PasskeyCount[] = [];
  private stored = 0;

  /** A challenge is issued. @returns how its answer is judged, whenever it arrives */
  issue(): (counter: number) => CounterJudgement {
    const issuedAfter = this.accepted.length;
    return (counter) => {
      const judgement = judgeCounter(counter, this.stored, this.accepted.slice(issuedAfter));
      if (judgement === 'forward') {
        this.accepted.push({ counter, before: this.stored });
        this.stored = counter;
      }
      return judgement;
    };
  }
}

describe('the judgement of a counter', () => {
  it('lets a count go on, and a passkey that does not count', () => {
    expect(judgeCounter(8, 7, [])).toBe('forward');
    expect(judgeCounter(0, 0, [])).toBe('forward');
  });

  it.each<[string, number, number, readonly PasskeyCount[], CounterJudgement]>([
    ['goes back, and nothing was accepted meanwhile', 6, 7, [], 'copied'],
    ['stands still, and nothing was accepted meanwhile', 7, 7, [], 'copied'],
    ['counts no more', 0, 7, [], 'copied'],
    ['was accepted already', 8, 8, [{ counter: 8, before: 7 }], 'copied'],
    ['is not above what was there when it was asked', 7, 9, [{ counter: 9, before: 7 }], 'copied'],
    ['lies between: signed before, arrived after', 8, 9, [{ counter: 9, before: 7 }], 'overtaken'],
    [
      'was accepted some answers ago',
      8,
      12,
      [
        { counter: 8, before: 7 },
        { counter: 12, before: 8 },
      ],
      'copied',
    ],
  ])('of an answer whose count %s', (_what, counter, stored, since, judgement) => {
    expect(judgeCounter(counter, stored, since)).toBe(judgement);
  });

  it('never takes one authenticator for two, in whatever order its answers arrive', () => {
    // A step signs an answer to a new challenge, counting on, or sends one of those that wait.
    const step = fc.record({ sign: fc.boolean(), count: fc.integer({ min: 1, max: 3 }), which: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const registry = new Registry();
        const waiting: { answer: (counter: number) => CounterJudgement; counter: number }[] = [];
        let counter = 0;
        for (const { sign, count, which } of steps) {
          if (sign || waiting.length === 0) {
            const answer = registry.issue();
            counter += count;
            waiting.push({ answer, counter });
          } else {
            const [sent] = waiting.splice(which % waiting.length, 1);
            expect(sent?.answer(sent.counter)).not.toBe('copied');
          }
        }
      }),
    );
  });

  it('finds a copy at the next answer to a challenge of after the other’s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (copied, owners) => {
        const registry = new Registry();
        const early = registry.issue();
        expect(registry.issue()(copied)).toBe('forward');
        const answer = registry.issue()(owners);
        expect(answer).toBe(owners > copied ? 'forward' : 'copied');
        // One that was opened before gets nothing accepted either.
        if (owners <= copied) expect(early(owners)).not.toBe('forward');
      }),
    );
  });
});
