/** Middle and tails of measured milliseconds, rounded to hundredths. */
export function quantiles(samples: readonly number[]) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const index = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
    return Math.round((sorted[Math.max(0, index)] ?? Number.NaN) * 100) / 100;
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** How often `work` ends in a second, with this many at a time. */
export async function perSecond(
  work: () => Promise<unknown>,
  options: { readonly seconds: number; readonly concurrency: number },
): Promise<number> {
  const start = performance.now();
  const end = start + options.seconds * 1000;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  return Math.round((done * 1000) / (performance.now() - start));
}

/** Starts `work` at a fixed rate, whether or not the ones before have ended. @returns milliseconds of each, from its due time */
export async function atRate(
  work: () => Promise<unknown>,
  options: { readonly perSecond: number; readonly seconds: number },
): Promise<readonly number[]> {
  const start = performance.now();
  const all = Array.from({ length: options.perSecond * options.seconds }, async (_, i) => {
    const due = start + (i * 1000) / options.perSecond;
    await sleep(due - performance.now());
    await work();
    return performance.now() - due;
  });
  return Promise.all(all);
}

/** At least that long: timers count whole milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.ceil(ms))));
}
