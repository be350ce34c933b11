/** Durations of the last this many frames are kept: more than an hour at 30 fps would serve nobody. */
const KEPT = 16_384;

export interface StageTime {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Collects how long the named steps of a frame take. */
export interface StageTimes {
  /** Runs one step and notes its duration under the name. */
  time<T>(name: string, step: () => T): T;
  timeAsync<T>(name: string, step: () => Promise<T>): Promise<T>;
  note(name: string, ms: number): void;
  /** Median and 95th percentile per step, in the order in which the steps first ran. */
  summary(): readonly StageTime[];
}

/** @param heard is told of every duration, as it is noted */
export function createStageTimes(
  monotonicMs: () => number,
  heard: (name: string, ms: number) => void = () => undefined,
): StageTimes {
  const samples = new Map<string, { values: Float64Array; count: number }>();
  const note = (name: string, ms: number) => {
    heard(name, ms);
    let stage = samples.get(name);
    if (stage === undefined) samples.set(name, (stage = { values: new Float64Array(KEPT), count: 0 }));
    stage.values[stage.count % KEPT] = ms;
    stage.count += 1;
  };
  return {
    note,
    time(name, step) {
      const start = monotonicMs();
      const result = step();
      note(name, monotonicMs() - start);
      return result;
    },
    async timeAsync(name, step) {
      const start = monotonicMs();
      const result = await step();
      note(name, monotonicMs() - start);
      return result;
    },
    summary: () =>
      [...samples].map(([name, { values, count }]) => {
        const sorted = values.slice(0, Math.min(count, KEPT)).sort();
        return { name, medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) };
      }),
  };
}

/** Nearest-rank quantile of sorted values. */
function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
