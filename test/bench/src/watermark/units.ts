import { createDetector, type Detector } from 'invisible-watermark-ts';
import { type AttackJob, readAttacked } from './attack-reading.js';
import { type BaselineMethod } from './baselines/dwt-marks.js';
import { measureBaseline } from './baselines/measure.js';
import type { Clip } from './clips.js';
import { type CopyAttackJob, measureCopyAttack } from './copy-attack/measure.js';
import { type FalsePositiveJob, tryFalsePositives } from './false-positives/measure.js';
import { measureFlicker } from './flicker.js';
import { ensureMarked, MARKING_KEY } from './marked.js';
import { measureQuality } from './quality.js';

/** Work that is done in one go, by whichever process is free, and remembered. */
export type Unit =
  | { readonly kind: 'mark'; readonly clip: Clip; readonly take: number }
  | { readonly kind: 'quality'; readonly clip: Clip }
  | { readonly kind: 'flicker'; readonly clip: Clip }
  | ({ readonly kind: 'attack' } & Omit<AttackJob, 'work' | 'version'>)
  | ({ readonly kind: 'false-positives' } & Omit<FalsePositiveJob, 'work' | 'version'>)
  | { readonly kind: 'baseline'; readonly clip: Clip; readonly method: BaselineMethod }
  | ({ readonly kind: 'copy-attack' } & CopyAttackJob);

export interface UnitContext {
  readonly work: string;
  readonly version: string;
}

let detector: Detector | undefined;

/** Does one unit. What comes back is plain data: it crosses processes and goes into a file. */
export async function performUnit(unit: Unit, context: UnitContext): Promise<unknown> {
  detector ??= createDetector({ key: MARKING_KEY });
  switch (unit.kind) {
    case 'mark':
      return ensureMarked(unit.clip, unit.take, context);
    case 'quality':
      return measureQuality(unit.clip, context);
    case 'flicker':
      return measureFlicker(unit.clip);
    case 'attack':
      return readAttacked({ ...unit, ...context }, detector);
    case 'false-positives':
      return tryFalsePositives({ ...unit, ...context });
    case 'baseline':
      return measureBaseline(unit.clip, unit.method);
    case 'copy-attack':
      return measureCopyAttack(unit, context);
  }
}
