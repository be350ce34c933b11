import type { Verdict } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { sampleSecond } from '../testing/sample-report.js';
import { chooseSeconds } from './report-pictures.js';

const secondsOf = (verdicts: readonly Verdict[]): readonly number[] =>
  chooseSeconds(verdicts.map((verdict, second) => sampleSecond(second, verdict))).map(({ second }) => second);

describe('seconds shown in a report', () => {
  it('are spread over the material', () => {
    expect(secondsOf(Array<Verdict>(12).fill('authorised'))).toEqual([2, 6, 10]);
  });

  it('hold the first altered one', () => {
    const verdicts = Array<Verdict>(12).fill('authorised');
    verdicts[8] = 'altered';
    verdicts[9] = 'altered';
    expect(secondsOf(verdicts)).toContain(8);
    expect(secondsOf(verdicts)).toHaveLength(3);
  });

  it('are as many as there are', () => {
    expect(secondsOf([])).toEqual([]);
    expect(secondsOf(['unmarked'])).toEqual([0]);
    expect(secondsOf(['altered', 'authorised'])).toEqual([0, 1]);
  });
});
