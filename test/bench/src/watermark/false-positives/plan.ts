import type { Clip } from '../clips.js';
import type { FalsePositiveJob } from './measure.js';

type Batch = Omit<FalsePositiveJob, 'work' | 'version'>;

/** Windows per material, or keys tried on a clip's tag. `placed` windows are as many as were asked for, all together. */
const FULL = { aligned: 120, blind: 2, tags: 20_000, batches: 2 } as const;
const QUICK = { aligned: 10, blind: 1, tags: 500, batches: 1 } as const;
/** Placed windows of a full and of a quick run. */
export const PLACED = { full: 100_000, quick: 300 } as const;

/** Batches of half a minute or so, that are remembered one by one. */
export function planFalsePositives(
  clips: readonly Clip[],
  unmarked: readonly Clip[],
  { quick, windows }: { readonly quick: boolean; readonly windows: number },
): Batch[] {
  const counts = quick ? QUICK : FULL;
  const sources: Pick<Batch, 'material' | 'clip'>[] = [
    ...[...clips, ...unmarked].map((clip) => ({ material: clip.material, clip })),
    ...clips.map((clip) => ({ material: 'foreign' as const, clip })),
    ...clips.slice(0, quick ? 1 : undefined).map(() => ({ material: 'noise' as const })),
  ];
  const batches = sources.length * counts.batches;
  return [
    ...clips.map((clip, seed): Batch => ({
      mode: 'tags',
      material: 'foreign',
      clip,
      seed,
      windows: counts.tags,
    })),
    ...Array.from({ length: batches }, (_, seed): Batch[] => {
      const source = sources[seed % sources.length];
      return source === undefined
        ? []
        : [{ mode: 'placed', ...source, seed, windows: Math.ceil(windows / batches) }];
    }).flat(),
    // Seeds of their own: they say which windows are cut.
    ...(['aligned', 'blind'] as const).flatMap((mode, turn) =>
      (quick && mode === 'blind' ? sources.slice(0, 1) : sources).map((source, index): Batch => ({
        mode,
        ...source,
        seed: batches + turn * sources.length + index,
        windows: counts[mode],
      })),
    ),
  ];
}
