import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweepEvery } from './sweeps.js';

describe('repeated work', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs at every interval, and goes on after an error', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const sweeps = sweepEvery(
      1000,
      () => (++runs === 1 ? Promise.reject(new Error('once')) : Promise.resolve()),
      (error) => errors.push(error),
    );
    await vi.advanceTimersByTimeAsync(3500);
    expect({ runs, errors }).toEqual({ runs: 3, errors: [new Error('once')] });
    await sweeps.stop();
    await vi.advanceTimersByTimeAsync(3000);
    expect(runs).toBe(3);
  });

  it('never runs twice at once, and stops when the run under way has ended', async () => {
    let finish = (): void => undefined;
    let runs = 0;
    const sweeps = sweepEvery(
      1000,
      () => {
        runs += 1;
        return new Promise((resolve) => (finish = resolve));
      },
      () => undefined,
    );
    await vi.advanceTimersByTimeAsync(5000);
    expect(runs).toBe(1);
    let stopped = false;
    const stopping = sweeps.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(runs).toBe(1);
  });
});
