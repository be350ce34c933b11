import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { I420Frame } from '@guise/frame';
import { createEmbedder, createEpochChain, type Embedder } from 'invisible-watermark-ts';
import { CLIP_FPS, CLIP_SIZE, type Clip } from './clips.js';
import { readFrames, writeFrames } from './ffmpeg.js';
import { ensureFile, shortHash } from './work-folder.js';
import { z } from 'zod';

export const MARKING_KEY = new Uint8Array(32).fill(7);
export const CHAIN = createEpochChain(new Uint8Array(32).fill(9), 600);
/** Epoch of a clip's first second. */
export const FIRST_EPOCH = 42;
const FIRST_SESSION = 11_223_344_000_000;
/** Other takes of a clip are mirrored and belong to other sessions: galleries need more pictures than there are clips. */
const TAKES = 16;

export interface MarkedClip {
  readonly file: string;
  readonly session: number;
  /** Mean over the frames of the squared luma error, as PSNR in dB. */
  readonly psnrDb: number;
}

export function sessionOf(clip: Clip, take = 0): number {
  return FIRST_SESSION + clip.index * TAKES + take;
}

export function epochAt(timestampMs: number): number {
  return FIRST_EPOCH + Math.floor(timestampMs / 1000 + 1e-9);
}

export function embedderFor(session: number, size: { width: number; height: number } = CLIP_SIZE): Embedder {
  return createEmbedder({ key: MARKING_KEY, session, epochKey: (epoch) => CHAIN.keyOf(epoch), ...size });
}

/** A clip marked by this version of the library; kept in the work folder. */
export async function ensureMarked(
  clip: Clip,
  take: number,
  { work, version }: { readonly work: string; readonly version: string },
): Promise<MarkedClip> {
  const session = sessionOf(clip, take);
  const name = shortHash(JSON.stringify([clip.file, session]));
  const figures = join(work, 'marked', version, `${name}.json`);
  const file = await ensureFile(join(work, 'marked', version, `${name}.mkv`), async (out) => {
    const errors: number[] = [];
    await writeFrames(out, CLIP_FPS, markFrames(clip, take, errors));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    await writeFile(figures, JSON.stringify({ psnrDb: psnrDb(mean) }));
  });
  return { file, session, ...figuresFile.parse(JSON.parse(await readFile(figures, 'utf8'))) };
}

const figuresFile = z.object({ psnrDb: z.number() });

async function* markFrames(clip: Clip, take: number, errors: number[]): AsyncGenerator<I420Frame> {
  const embedder = embedderFor(sessionOf(clip, take));
  const lumaBytes = CLIP_SIZE.width * CLIP_SIZE.height;
  const before = new Uint8Array(lumaBytes);
  let index = 0;
  for await (const frame of readFrames(clip.file, take > 0 ? { filter: 'hflip' } : {})) {
    const luma = frame.data.subarray(0, lumaBytes);
    before.set(luma);
    const timestampMs = (index * 1000) / CLIP_FPS;
    embedder.embed(luma, CLIP_SIZE.width, epochAt(timestampMs), timestampMs);
    errors.push(meanSquaredError(before, luma));
    index++;
    yield frame;
  }
}

export function meanSquaredError(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum / a.length;
}

export function psnrDb(squaredError: number): number {
  return 10 * Math.log10(255 ** 2 / squaredError);
}
