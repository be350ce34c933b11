import { describe, expect, it } from 'vitest';
import { createMarkAhead } from './mark-ahead.js';

describe('marks ahead', () => {
  it('are computed once per epoch, for the one that follows', () => {
    const epochs: number[] = [];
    const ahead = createMarkAhead({ prepare: (epoch) => void epochs.push(epoch) });
    for (const timestampMs of [0, 40, 999, 1000, 1500, 4200]) ahead.afterFrame(timestampMs);
    expect(epochs).toEqual([1, 2, 5]);
  });

  it('do not end a session whose next epoch never comes', () => {
    let asked = 0;
    const ahead = createMarkAhead({
      prepare: () => {
        asked += 1;
        throw new RangeError('the chain ends here');
      },
    });
    ahead.afterFrame(0);
    ahead.afterFrame(40);
    expect(asked).toBe(1);
  });
});
