import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSurvey } from './survey-plan.js';

const part = (seconds: number) => ({ from: 0, seconds, isOpenEnded: true });

describe('where a survey looks', () => {
  it('is the same with one seed, and elsewhere with another', () => {
    expect(planSurvey(part(600), { seed: 1 })).toEqual(planSurvey(part(600), { seed: 1 }));
    expect(planSurvey(part(600), { seed: 2 })).not.toEqual(planSurvey(part(600), { seed: 1 }));
    expect(planSurvey(part(600), {}).stretches).toEqual([
      { from: 0, to: null, reading: { how: 'keys', spacingSeconds: 2 } },
    ]);
  });

  it('is every second of three minutes, and of more when the whole is asked for', () => {
    const how = (seconds: number, whole: boolean) =>
      new Set(planSurvey(part(seconds), { seed: 4, whole }).stretches.map(({ reading }) => reading.how));
    expect(how(180, false)).toEqual(new Set(['grid', 'every']));
    expect(how(181, false)).toEqual(new Set(['keys', 'every']));
    expect(how(7200, true)).toEqual(new Set(['grid', 'every']));
  });

  it('goes through the material once, in order, with every picture of a few seconds in it', () => {
    const length = fc.double({ min: 0.05, max: 40_000, noNaN: true });
    fc.assert(
      fc.property(length, fc.nat(), fc.boolean(), fc.nat(500), (seconds, seed, whole, from) => {
        const options = { seed, whole };
        const { stretches } = planSurvey({ from, seconds, isOpenEnded: true }, options);
        for (const [i, { from: start, to }] of stretches.entries()) {
          const next = stretches[i + 1];
          expect(to === null).toBe(next === undefined);
          if (to !== null) expect(to).toBeGreaterThan(start);
          if (to !== null && next !== undefined) expect(next.from).toBeGreaterThanOrEqual(to);
        }
        const every = stretches.filter(({ reading }) => reading.how === 'every');
        expect(every).toHaveLength(seconds >= 8 ? 4 : seconds >= 1 ? 1 : 0);
        for (const { to } of every) expect(to).toBeLessThanOrEqual(from + seconds);
        // Nothing is passed over but less than a spacing, by chance.
        expect(stretches[0]?.from).toBeLessThan(from + Math.max(2, seconds / 720));
      }),
    );
  });
});
