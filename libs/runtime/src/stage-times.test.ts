import { describe, expect, it } from 'vitest';
import { createStageTimes } from './stage-times.js';

describe('stage times', () => {
  it('are median and 95th percentile by nearest rank, in the order of first use', () => {
    const times = createStageTimes(() => 0);
    for (let ms = 100; ms >= 1; ms--) times.note('b', ms);
    times.note('a', 7);
    expect(times.summary()).toEqual([
      { name: 'b', medianMs: 50, p95Ms: 95 },
      { name: 'a', medianMs: 7, p95Ms: 7 },
    ]);
  });

  it('measure a step by the clock', async () => {
    let now = 0;
    const times = createStageTimes(() => now);
    expect(times.time('sync', () => ((now += 5), 'result'))).toBe('result');
    await times.timeAsync('async', () => Promise.resolve((now += 8)));
    expect(times.summary().map(({ medianMs }) => medianMs)).toEqual([5, 8]);
  });
});
