import { settingsOf, type QualityRung, type QualitySettings } from './rungs.js';

/** A rung is judged by so many frames (pairs of them, where every second one is spared a step), or by fewer when they take long. */
export const JUDGED = 30;
const JUDGED_MS = 2_000;
const FEWEST = 5;
/** A session's first frames open networks and fill caches: they say nothing of those to come. */
export const WARM_UP_FRAMES = 10;
/** Down: the 95th percentile of a frame's work is longer than the time until the next frame. */
export const DROP_PART = 1;
/** Up: it is shorter than this part of that time on the rung above, for as long as the patience lasts. */
export const CLIMB_PART = 0.75;
export const PATIENCE_MS = 4_000;
/** A climb that is taken back sooner than this doubles the patience, up to the longest; one that lasts resets it. */
export const LASTING_MS = 10_000;
export const LONGEST_PATIENCE_MS = 64_000;

export interface QualityChange {
  readonly from: QualityRung;
  readonly to: QualityRung;
  /** 95th percentile of a frame's work on the rung that is left, and the time a frame has there. */
  readonly p95Ms: number;
  readonly budgetMs: number;
  /** The step with the longest 95th percentile there; null when none was measured. */
  readonly slowest: string | null;
}

/** Chooses how good the picture may be, from how long the steps of the last frames took. */
export interface QualityLadder {
  readonly rung: QualityRung;
  readonly settings: QualitySettings;
  /** How long a step of the present frame took. */
  noteStage(name: string, ms: number): void;
  /** The frame is done; it moves by one rung at most, and tells so. */
  endFrame(nowMs: number): QualityChange | null;
  /** Frames processed on each rung so far. */
  frames(): Readonly<Partial<Record<QualityRung, number>>>;
}

/** @param rungs best first; at least one */
export function createQualityLadder(rungs: readonly QualityRung[], frameMs: number): QualityLadder {
  return new MeasuredLadder(rungs, frameMs);
}

class MeasuredLadder implements QualityLadder {
  #at = 0;
  #processed = 0;
  #settings: QualitySettings;
  /** Work of the last frames, or the means of the last pairs. */
  #work: number[] = [];
  #stages = new Map<string, number[]>();
  #present = new Map<string, number>();
  /** Work of a pair's first frame. */
  #first: number | null = null;
  #startedMs: number | null = null;
  #easySinceMs: number | null = null;
  #climbedMs: number | null = null;
  #patienceMs = PATIENCE_MS;
  readonly #counts = new Map<QualityRung, number>();

  constructor(
    private readonly rungs: readonly QualityRung[],
    private readonly frameMs: number,
  ) {
    this.#settings = settingsOf(this.rung);
  }

  get rung(): QualityRung {
    return this.rungs[this.#at] ?? 'slate';
  }

  get settings(): QualitySettings {
    return this.#settings;
  }

  noteStage(name: string, ms: number): void {
    this.#present.set(name, (this.#present.get(name) ?? 0) + ms);
  }

  endFrame(nowMs: number): QualityChange | null {
    this.#counts.set(this.rung, (this.#counts.get(this.rung) ?? 0) + 1);
    this.#processed += 1;
    if (this.#processed <= WARM_UP_FRAMES) {
      this.#present.clear();
      return null;
    }
    this.#takeFrame();
    this.#startedMs ??= nowMs;
    if (this.#climbedMs !== null && nowMs - this.#climbedMs >= LASTING_MS) this.#settle();
    const p95Ms = p95(this.#work);
    if (this.#isJudged(nowMs) && p95Ms > DROP_PART * this.#budgetMs(this.#at)) return this.#drop(p95Ms);
    return this.#considerClimb(p95Ms, nowMs);
  }

  frames(): Readonly<Partial<Record<QualityRung, number>>> {
    return Object.fromEntries(this.#counts);
  }

  #takeFrame(): void {
    let work = 0;
    for (const [name, ms] of this.#present) {
      work += ms;
      const kept = this.#stages.get(name) ?? [];
      this.#stages.set(name, kept);
      keep(kept, ms);
    }
    this.#present.clear();
    if (!this.#settings.sparesTracking) keep(this.#work, work);
    else if (this.#first === null) this.#first = work;
    else {
      keep(this.#work, (this.#first + work) / 2);
      this.#first = null;
    }
  }

  #isJudged(nowMs: number): boolean {
    const isSlow = nowMs - (this.#startedMs ?? nowMs) >= JUDGED_MS && this.#work.length >= FEWEST;
    return this.#work.length >= JUDGED || isSlow;
  }

  #drop(p95Ms: number): QualityChange | null {
    if (this.#at + 1 >= this.rungs.length) return null;
    if (this.#climbedMs !== null) {
      this.#patienceMs = Math.min(LONGEST_PATIENCE_MS, this.#patienceMs * 2);
      this.#climbedMs = null;
    }
    return this.#moveTo(this.#at + 1, p95Ms);
  }

  #considerClimb(p95Ms: number, nowMs: number): QualityChange | null {
    const isEasy = this.#at > 0 && p95Ms < CLIMB_PART * this.#budgetMs(this.#at - 1);
    if (!isEasy) this.#easySinceMs = null;
    else this.#easySinceMs ??= nowMs;
    if (this.#easySinceMs === null || nowMs - this.#easySinceMs < this.#patienceMs) return null;
    this.#climbedMs = nowMs;
    return this.#moveTo(this.#at - 1, p95Ms);
  }

  #settle(): void {
    this.#climbedMs = null;
    this.#patienceMs = PATIENCE_MS;
  }

  #moveTo(next: number, p95Ms: number): QualityChange {
    const from = this.rung;
    const budgetMs = this.#budgetMs(this.#at);
    const slowest = this.#slowest();
    this.#at = next;
    this.#settings = settingsOf(this.rung);
    this.#work = [];
    this.#stages.clear();
    this.#first = null;
    this.#startedMs = null;
    this.#easySinceMs = null;
    return { from, to: this.rung, p95Ms, budgetMs, slowest };
  }

  #budgetMs(at: number): number {
    return this.frameMs * settingsOf(this.rungs[at] ?? 'slate').frameEvery;
  }

  #slowest(): string | null {
    const worst = [...this.#stages].map(([name, times]) => ({ name, ms: p95(times) }));
    return worst.sort((a, b) => b.ms - a.ms)[0]?.name ?? null;
  }
}

function keep(values: number[], value: number): void {
  values.push(value);
  if (values.length > JUDGED) values.shift();
}

/** Nearest-rank 95th percentile; 0 of nothing. */
function p95(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(0.95 * sorted.length) - 1)] ?? 0;
}
