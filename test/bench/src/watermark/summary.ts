import { ATTACKS, type Attack } from './attacks.js';
import type { Baseline } from './baselines/measure.js';
import type { CopyAttack } from './copy-attack/measure.js';
import { mergeHistograms } from './false-positives/histogram.js';
import type { FalsePositives } from './false-positives/measure.js';
import type { Flicker } from './flicker.js';
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
  const kinds = [...new Set(batches.map(({ mode, material }) => `${mode} ${material}`))];
  const byKind = kinds.flatMap((kind) => {
    const alike = batches.filter(({ mode, material }) => `${mode} ${material}` === kind);
    const [first] = alike;
    const total = (of: 'accepted' | 'trials' | 'windows') => alike.reduce((sum, batch) => sum + batch[of], 0);
    if (first === undefined) return [];
    return [
      {
        ...{ mode: first.mode, material: first.material },
        ...{ accepted: total('accepted'), trials: total('trials'), windows: total('windows') },
      },
    ];
  });
  const merged = (name: keyof FalsePositives['statistics']) =>
    mergeHistograms(batches.map(({ statistics }) => statistics[name]));
  return watermarkReport.shape.falsePositives.parse({
    accepted: byKind.reduce((sum, { accepted }) => sum + accepted, 0),
    trials: byKind.reduce((sum, { trials }) => sum + trials, 0),
    windows: byKind.reduce((sum, { mode, windows }) => sum + (mode === 'tags' ? 0 : windows), 0),
    byKind,
    statistics: {
      ...{ tagZ: merged('tagZ'), pilotZ: merged('pilotZ') },
      ...{ clearestZ: merged('clearestZ'), surprise: merged('surprise') },
    },
  });
}

function summariseCopies(copies: readonly CopyAttack[]): WatermarkReport['copyAttack'] {
  return [...new Set(copies.map(({ frames }) => frames))].map((frames) => {
    const alike = copies.filter((copy) => copy.frames === frames);
    const relations = [...new Set(alike.map(({ relation }) => relation))];
    return {
      ...{ frames, ...sumCopies(alike) },
      byVictim: relations.map((relation) => ({
        relation,
        ...sumCopies(alike.filter((copy) => copy.relation === relation)),
      })),
    };
  });
}

function sumCopies(copies: readonly CopyAttack[]): Omit<CopyAttack, 'frames' | 'relation'> {
  const total = (of: Exclude<keyof CopyAttack, 'frames' | 'relation'>) =>
    copies.reduce((count, copy) => count + copy[of], 0);
  return {
    altered: total('altered'),
    n: total('n'),
    authorised: total('authorised'),
    genuine: total('genuine'),
    read: total('read'),
    readAfterRemoval: total('readAfterRemoval'),
  };
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
