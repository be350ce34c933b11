import { join } from 'node:path';
import { createI420, i420ToRgb, type I420Frame } from '@guise/frame';
import { encodePng, encodeVideo } from '@guise/media';
import { createSeededRandom } from '@guise/testing';
import {
  createEmbedder,
  faceRegion,
  fingerprint,
  fingerprintFace,
  type EpochChain,
} from 'invisible-watermark-ts';
import type { EvidenceEpoch } from '@guise/protocol';
import { testEpoch } from './wearing.js';

/** Pictures per second of the clips made here: enough for every check, few enough to be quick. */
export const CLIP_FPS = 10;
const WIDTH = 640;
const HEIGHT = 360;
const TEXTURE_WIDTH = 1024;

/** What marks a clip: the organisation's key, and one session's chain and number. */
export interface ClipMark {
  readonly key: Uint8Array;
  readonly session: number;
  readonly chain: EpochChain;
}

/** A drifting picture with detail at every scale and a brighter round shape in it: no two seeds are alike. */
export function sceneFrames(seed: string, seconds: number): I420Frame[] {
  const texture = octaveNoise(seed);
  return Array.from({ length: seconds * CLIP_FPS }, (_, index) => drawScene(texture, index));
}

function drawScene(texture: Float32Array, index: number): I420Frame {
  const frame = createI420(WIDTH, HEIGHT);
  frame.data.fill(128, WIDTH * HEIGHT);
  const drift = index * 3;
  const centre = WIDTH / 2 + 60 * Math.sin(index / 7);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const radius = Math.hypot(x - centre, (y - HEIGHT / 2) / 1.3);
      const base = radius < 90 ? 170 - radius / 2 : 105;
      const detail = texture[y * TEXTURE_WIDTH + ((x + drift) % TEXTURE_WIDTH)] ?? 0;
      frame.data[y * WIDTH + x] = Math.max(16, Math.min(235, Math.round(base + 28 * detail)));
    }
  }
  return frame;
}

/** Value noise over six octaves, about −1 … 1, periodic in x. */
function octaveNoise(seed: string): Float32Array {
  const random = createSeededRandom(`scene ${seed}`);
  const out = new Float32Array(TEXTURE_WIDTH * HEIGHT);
  for (let cell = 128, weight = 0.5; cell >= 4; cell /= 2, weight *= 0.7) {
    const columns = TEXTURE_WIDTH / cell;
    const rows = Math.ceil(HEIGHT / cell) + 2;
    const lattice = random(columns * rows);
    const at = (column: number, row: number): number =>
      (lattice[row * columns + (column % columns)] ?? 0) / 127.5 - 1;
    for (let y = 0; y < HEIGHT; y += 1) {
      for (let x = 0; x < TEXTURE_WIDTH; x += 1) {
        const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
        const [u, v] = [x / cell - column, y / cell - row];
        const top = at(column, row) * (1 - u) + at(column + 1, row) * u;
        const bottom = at(column, row + 1) * (1 - u) + at(column + 1, row + 1) * u;
        out[y * TEXTURE_WIDTH + x] =
          (out[y * TEXTURE_WIDTH + x] ?? 0) + weight * (top * (1 - v) + bottom * v);
      }
    }
  }
  return out;
}

/** Marks frames in place as a runtime does: second n of the clip is epoch `firstEpoch` + n. */
export function markFrames(frames: readonly I420Frame[], mark: ClipMark, firstEpoch = 0): void {
  const { key, session, chain } = mark;
  const embedder = createEmbedder({
    key,
    session,
    epochKey: (epoch) => chain.keyOf(epoch),
    width: WIDTH,
    height: HEIGHT,
  });
  frames.forEach(({ data }, index) => {
    const epoch = firstEpoch + Math.floor(index / CLIP_FPS);
    embedder.embed(data.subarray(0, WIDTH * HEIGHT), WIDTH, epoch, (index * 1000) / CLIP_FPS);
  });
}

/** The round shape of the scene, as a tracker would box it: what the evidence records as the face. */
const FACE = { x: 230, y: 72, width: 180, height: 216 } as const;

/** The evidence of marked frames: every quarter of a second wholly, the faces between. */
export function evidenceOfFrames(frames: readonly I420Frame[], openedAt: number): EvidenceEpoch[] {
  const quarters = [0, 1, 2, 3].map((i) => Math.ceil((i * CLIP_FPS) / 4));
  return Array.from({ length: frames.length / CLIP_FPS }, (_, epoch) => {
    const pictures = frames.slice(epoch * CLIP_FPS, (epoch + 1) * CLIP_FPS);
    return testEpoch(epoch, openedAt, {
      frames: CLIP_FPS,
      fingerprints: pictures.map((frame, i) => printOf(frame, quarters.includes(i))),
    });
  });
}

function printOf({ data }: I420Frame, whole: boolean): string {
  const frame = { luma: data.subarray(0, WIDTH * HEIGHT), width: WIDTH, height: HEIGHT, stride: WIDTH };
  const face = faceRegion(FACE, CLIP_SIZE);
  const print = whole || face === null ? fingerprint(frame, face) : fingerprintFace(frame, face);
  return Buffer.from(print).toString('base64url');
}

export const CLIP_SIZE = { width: WIDTH, height: HEIGHT };

/** One of the frames as a PNG screenshot. */
export function pictureOf(frame: I420Frame | undefined): Promise<Uint8Array> {
  if (frame === undefined) throw new Error('the clip has no such frame');
  return encodePng(i420ToRgb(frame));
}

/** Encodes frames as a meeting would send them. @returns the path */
export async function writeClip(
  folder: string,
  name: string,
  frames: readonly I420Frame[],
  kbps = 900,
): Promise<string> {
  const path = join(folder, `${name}.mp4`);
  const { width, height } = frames[0] ?? CLIP_SIZE;
  const encoder = await encodeVideo(path, { width, height, fps: { num: CLIP_FPS, den: 1 }, kbps });
  for (const frame of frames) await encoder.write(frame);
  await encoder.finish();
  return path;
}
