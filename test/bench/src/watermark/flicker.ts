import { CLIP_FPS, CLIP_SIZE, type Clip } from './clips.js';
import { loadFrames } from './ffmpeg.js';
import { embedderFor, epochAt, sessionOf } from './marked.js';
import { quantile, rounded } from './statistics.js';

/** How a picture that stands still changes by its mark alone, in luma code values. */
export interface Flicker {
  readonly clip: string;
  /** Between neighbouring frames: mean and largest over the pixels, largest over the frames. */
  readonly frameToFrame: { readonly mean: number; readonly p99: number; readonly max: number };
  /** Between the middles of neighbouring epochs. */
  readonly epochToEpoch: { readonly mean: number; readonly p99: number; readonly max: number };
}

const SECONDS = 5;

export async function measureFlicker(clip: Clip): Promise<Flicker> {
  const [still] = await loadFrames(clip.file, { frames: 1 });
  if (still === undefined) throw new RangeError('a clip has frames');
  const plane = still.data.subarray(0, CLIP_SIZE.width * CLIP_SIZE.height);
  const embedder = embedderFor(sessionOf(clip));
  const perFrame: Change[] = [];
  const perEpoch: Change[] = [];
  let before: Uint8Array | undefined;
  let middle: Uint8Array | undefined;
  // The gain settles in the first second: it is no part of the mark's own change.
  for (let index = 0; index < SECONDS * CLIP_FPS; index++) {
    const luma = plane.slice();
    const timestampMs = (index * 1000) / CLIP_FPS;
    embedder.embed(luma, CLIP_SIZE.width, epochAt(timestampMs), timestampMs);
    const settled = index >= CLIP_FPS;
    if (settled && before !== undefined) perFrame.push(changeBetween(before, luma));
    before = luma;
    if (index % CLIP_FPS !== CLIP_FPS >> 1) continue;
    if (settled && middle !== undefined) perEpoch.push(changeBetween(middle, luma));
    middle = luma;
  }
  return { clip: clip.name, frameToFrame: worst(perFrame), epochToEpoch: worst(perEpoch) };
}

interface Change {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

function changeBetween(a: Uint8Array, b: Uint8Array): Change {
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < a.length; i++) {
    const change = Math.abs((a[i] ?? 0) - (b[i] ?? 0));
    counts[change] = (counts[change] ?? 0) + 1;
  }
  const mean = counts.reduce((sum, count, change) => sum + count * change, 0) / a.length;
  let above = a.length;
  const p99 = counts.findIndex((count) => (above -= count) <= a.length * 0.01);
  return { mean, p99, max: counts.findLastIndex((count) => count > 0) };
}

function worst(changes: readonly Change[]): Change {
  const most = (of: keyof Change) =>
    rounded(
      quantile(
        changes.map((change) => change[of]),
        1,
      ),
      3,
    );
  return { mean: most('mean'), p99: most('p99'), max: most('max') };
}
