import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FACE_VERTEX_COUNT, planesOf, rgbOf, type FaceObservation, type I420Frame } from '@guise/frame';
import { openModelRegistry } from '@guise/vision';
import { Tensor } from 'onnxruntime-node';
import { CACHE } from '../material.js';
import { fitSimilarity, type Point } from './similarity.js';

/** 68 points of a face in the order of iBUG 300-W, pixels: x₀, y₀, x₁, y₁, … */
export type Points68 = Float32Array;

/** Networks of another maker that measure and drive nothing: neither observing nor wearing a face uses them. */
export interface Instruments {
  points(frame: I420Frame, face: FaceObservation): Promise<Points68>;
  /** 512 values of unit length: whom the face at these points shows. */
  identity(frame: I420Frame, points: Points68): Promise<Float32Array>;
  close(): Promise<void>;
}

const BENCH = join(import.meta.dirname, '..', '..');
const MANIFEST = join(BENCH, 'measuring-models.json');
const MODEL_TOOL = join(BENCH, '..', '..', 'tools', 'models', 'dist', 'main.js');

/** Side of the landmarker's square in heights of the mesh; found by comparing it with meshes on 37 pictures. */
const ROOM = 1.05;
const POINTS_SIDE = 64;
const FACE_SIDE = 112;
/** Eyes, nose tip and corners of the mouth in the aligned face. Source: InsightFace. */
const ALIGNED: readonly Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];
/** Those five among the 68. */
const FIVE: readonly (readonly number[])[] = [
  [36, 37, 38, 39, 40, 41],
  [42, 43, 44, 45, 46, 47],
  [30],
  [48],
  [54],
];
/** Samples to a pixel of a network's input, each way. */
const FINE = 3;

/** Fetches the networks on first use. */
export async function openInstruments(): Promise<Instruments> {
  await promisify(execFile)(process.execPath, [MODEL_TOOL, '--manifest', MANIFEST, '--cache', CACHE]);
  const registry = await openModelRegistry({ manifestPath: MANIFEST, cacheDir: join(CACHE, 'models') });
  const [landmarks, features] = [
    await registry.session('measuring-landmarks'),
    await registry.session('measuring-identity'),
  ];
  const run = async (session: typeof landmarks, data: Float32Array, shape: number[]) => {
    const { output } = await session.run({ input: new Tensor('float32', data, shape) });
    if (!(output?.data instanceof Float32Array)) throw new Error('a measuring network gave no numbers');
    return output.data;
  };
  return {
    async points(frame, face) {
      const { x, y, side } = squareAround(face);
      const step = side / POINTS_SIDE;
      const input = new Float32Array(POINTS_SIDE ** 2);
      readPatch(
        frame,
        POINTS_SIDE,
        ([px, py]) => [x + px * step, y + py * step],
        ([r, g, b], i) => {
          input[i] = (0.299 * r + 0.587 * g + 0.114 * b) / 256;
        },
      );
      const shares = await run(landmarks, input, [1, 1, POINTS_SIDE, POINTS_SIDE]);
      return shares.map((share, i) => (i % 2 === 0 ? x : y) + share * side);
    },
    async identity(frame, points) {
      const { a, b, tx, ty } = fitSimilarity(ALIGNED, fivePoints(points));
      const input = new Float32Array(3 * FACE_SIDE ** 2);
      readPatch(
        frame,
        FACE_SIDE,
        ([px, py]) => [a * px - b * py + tx, b * px + a * py + ty],
        (rgb, i) => {
          rgb.forEach((value, k) => (input[k * FACE_SIDE ** 2 + i] = (value - 127) / 128));
        },
      );
      const values = await run(features, input, [1, 3, FACE_SIDE, FACE_SIDE]);
      const length = Math.hypot(...values);
      return values.map((value) => value / length);
    },
    async close() {
      await landmarks.release();
      await features.release();
    },
  };
}

function squareAround({ landmarks }: FaceObservation): { x: number; y: number; side: number } {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
    const [x, y] = [landmarks[i * 3] ?? 0, landmarks[i * 3 + 1] ?? 0];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const side = ROOM * Math.max(right - left, bottom - top);
  return { x: (left + right - side) / 2, y: (top + bottom - side) / 2, side };
}

function fivePoints(points: Points68): readonly Point[] {
  return FIVE.map((members) => {
    const mean = (axis: 0 | 1): number =>
      members.reduce((sum, i) => sum + (points[2 * i + axis] ?? 0), 0) / members.length;
    return [mean(0), mean(1)];
  });
}

/** Mean colours of a square's pixels, seen where `place` puts them in the frame. */
function readPatch(
  frame: I420Frame,
  side: number,
  place: (at: Point) => Point,
  write: (rgb: readonly [number, number, number], index: number) => void,
): void {
  const { y: luma, u, v, chromaWidth } = planesOf(frame);
  const within = (value: number, size: number): number => Math.max(0, Math.min(size - 1, Math.floor(value)));
  for (let i = 0; i < side * side; i++) {
    const sum: [number, number, number] = [0, 0, 0];
    for (let k = 0; k < FINE * FINE; k++) {
      const [px, py] = [
        (i % side) + ((k % FINE) + 0.5) / FINE,
        Math.floor(i / side) + (Math.floor(k / FINE) + 0.5) / FINE,
      ];
      const [fx, fy] = place([px, py]);
      const [x, y] = [within(fx, frame.width), within(fy, frame.height)];
      const chroma = (y >> 1) * chromaWidth + (x >> 1);
      const [r, g, b] = rgbOf(luma[y * frame.width + x] ?? 0, u[chroma] ?? 0, v[chroma] ?? 0);
      sum[0] += r / FINE ** 2;
      sum[1] += g / FINE ** 2;
      sum[2] += b / FINE ** 2;
    }
    write(sum, i);
  }
}
