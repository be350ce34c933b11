import { ATTACKS, type Attack } from './attacks.js';
import type { Baseline } from './baselines/measure.js';
import type { CopyAttack } from './copy-attack.js';
import type { FalsePositives } from './false-positives.js';
import type { Flicker } from './flicker.js';
import { mergeHistograms } from './histogram.js';
import type { Quality } from './quality.js';
import { type AttackResult, type WatermarkReport, watermarkReport } from './report.js';
import type { Speed } from './speed.js';
import { median, rounded } from './statistics.js';
import type { AttackReading, Count } from './tally.js';
import type { Unit } from './units.js';

interface Measured {
  readonly version: string;
  readonly quick: boolean;
  readonly speed: Speed;
}

/** Brings the results of all units into the report's form; throws when they do not fit it. */
export function summarise(
  units: readonly Unit[],
  results: readonly unknown[],
  { version, quick, speed }: Measured,
): WatermarkReport {
  const resultsOf = <T>(kind: Unit['kind']): T[] =>
    results.filter((_, index) => units[index]?.kind === kind) as T[];
  return watermarkReport.parse({
    version,
    quick,
    clips: resultsOf<Quality>('quality').map(roundQuality),
    ...roundSpeed(speed),
    attacks: summariseAttacks(units, results),
    falsePositives: summariseTrials(resultsOf<FalsePositives>('false-positives')),
    copyAttack: summariseCopies(resultsOf<CopyAttack>('copy-attack')),
    flicker: resultsOf<Flicker>('flicker'),
    baselines: summariseBaselines(resultsOf<Baseline>('baseline')),
  });
}

function roundQuality({ name, psnrDb, ssim, vmaf, bitrateOverhead: { crf23, crf28, crf33 } }: Quality) {
  return {
    name,
    psnrDb: rounded(psnrDb, 2),
    ssim: rounded(ssim, 4),
    vmaf: vmaf === null ? null : rounded(vmaf, 2),
    bitrateOverhead: { crf23: rounded(crf23, 3), crf28: rounded(crf28, 3), crf33: rounded(crf33, 3) },
  };
}

function roundSpeed({ embedMs, prepareMs, copyMs, detectMs }: Speed) {
  return {
    embedMs: { median: rounded(embedMs.median, 2), p95: rounded(embedMs.p95, 2) },
    prepareMs: { median: rounded(prepareMs.median, 2) },
    copyMs: { median: rounded(copyMs.median, 3) },
    detectMs: {
      search: rounded(detectMs.search, 1),
      perFrame: rounded(detectMs.perFrame, 2),
      unmarked: rounded(detectMs.unmarked, 1),
    },
  };
}

interface AttackRun {
  readonly clip: string;
  /** Null when this ffmpeg lacks the encoder. */
  readonly reading: AttackReading | null;
}

function summariseAttacks(units: readonly Unit[], results: readonly unknown[]): AttackResult[] {
  return ATTACKS.flatMap((attack) => {
    const runs = units.flatMap((unit, index): AttackRun[] =>
      unit.kind === 'attack' && unit.attack.name === attack.name
        ? [{ clip: unit.clip.name, reading: results[index] as AttackReading | null }]
        : [],
    );
    return runs.length === 0 ? [] : [summariseAttack(attack, runs)];
  });
}

function summariseAttack(attack: Attack, runs: readonly AttackRun[]): AttackResult {
  const readings = runs.flatMap(({ reading }) => (reading === null ? [] : [reading]));
  const confidences = readings.flatMap(({ confidenceLog10 }) => confidenceLog10);
  const main = attack.kind === 'screenshot' ? 'frame' : 's3';
  return {
    name: attack.name,
    frame: sum(readings.map(({ frame }) => frame)),
    s1: sum(readings.map(({ s1 }) => s1)),
    s3: sum(readings.map(({ s3 }) => s3)),
    s10: sum(readings.map(({ s10 }) => s10)),
    tag: sum(readings.map(({ tag }) => tag)),
    confidenceLog10: confidences.length === 0 ? null : rounded(median(confidences), 1),
    wrong: readings.reduce((count, { wrong }) => count + wrong, 0),
    notRun: readings.length === runs.length ? null : 'this ffmpeg lacks the encoder',
    byClip: runs.map(({ clip, reading }) => ({ clip, ...(reading?.[main] ?? { ok: 0, n: 0 }) })),
  };
}

function summariseTrials(batches: readonly FalsePositives[]): WatermarkReport['falsePositives'] {
  const kinds = new Map<string, { mode: string; material: string; accepted: number; trials: number }>();
  for (const { mode, material, accepted, trials } of batches) {
    const known = kinds.get(`${mode} ${material}`) ?? { mode, material, accepted: 0, trials: 0 };
    known.accepted += accepted;
    known.trials += trials;
    kinds.set(`${mode} ${material}`, known);
  }
  const byKind = [...kinds.values()];
  return {
    accepted: byKind.reduce((count, { accepted }) => count + accepted, 0),
    trials: byKind.reduce((count, { trials }) => count + trials, 0),
    byKind,
    tagZ: mergeHistograms(batches.map(({ tagZ }) => tagZ)) as WatermarkReport['falsePositives']['tagZ'],
  };
}

function summariseCopies(copies: readonly CopyAttack[]): WatermarkReport['copyAttack'] {
  return [...new Set(copies.map(({ frames }) => frames))].map((frames) => {
    const alike = copies.filter((copy) => copy.frames === frames);
    const total = (of: Exclude<keyof CopyAttack, 'frames'>) =>
      alike.reduce((count, copy) => count + copy[of], 0);
    return {
      frames,
      altered: total('altered'),
      n: total('n'),
      authorised: total('authorised'),
      read: total('read'),
      readAfterRemoval: total('readAfterRemoval'),
    };
  });
}

function summariseBaselines(all: readonly Baseline[]): WatermarkReport['baselines'] {
  const mean = (values: readonly number[]) =>
    values.reduce((total, value) => total + value, 0) / values.length;
  return [...new Set(all.map(({ method }) => method))].map((method) => {
    const alike = all.filter((baseline) => baseline.method === method);
    const names = alike[0]?.attacks.map(({ name }) => name) ?? [];
    return {
      method,
      psnrDb: rounded(mean(alike.map(({ psnrDb }) => psnrDb)), 2),
      msPerFrame: rounded(mean(alike.map(({ msPerFrame }) => msPerFrame)), 1),
      attacks: names.map((name) => {
        const readings = alike.flatMap(({ attacks }) => attacks.filter((attack) => attack.name === name));
        return {
          name,
          bitAccuracy: rounded(mean(readings.map(({ bitAccuracy }) => bitAccuracy)), 3),
          exact: sum(readings.map(({ exact }) => exact)),
        };
      }),
    };
  });
}

function sum(counts: readonly Count[]): Count {
  return {
    ok: counts.reduce((total, { ok }) => total + ok, 0),
    n: counts.reduce((total, { n }) => total + n, 0),
  };
}
