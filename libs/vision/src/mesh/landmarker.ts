import { LANDMARK_COUNT, LEFT_EYE, LEFT_IRIS, RIGHT_EYE, RIGHT_IRIS, type I420Frame } from '@guise/frame';

import { Network, type Outputs } from '../network.js';
import { regionToPatch, type Affine, type Region } from '../patch/affine.js';
import { PatchReader } from '../patch/patch.js';
import type { ModelSource } from '../types.js';
import { LEFT_EYE_POINTS, LIPS_POINTS, RIGHT_EYE_POINTS } from './attention-indices.js';

/** The mesh of one crop. */
export interface Mesh {
  /** Probability that the crop shows a face. */
  readonly score: number;
  /** 478 × (x, y, z) in frame pixels. */
  readonly landmarks: Float32Array;
}

/** Finds the points of the face in one crop. */
export interface Landmarker {
  landmarks(frame: I420Frame, region: Region): Promise<Mesh>;
  close(): Promise<void>;
}

const SIDE = 192;

/** MediaPipe's attention mesh: 468 surface points, lips, lids and irises refined by their own heads. */
export class FaceLandmarker implements Landmarker {
  private readonly reader = new PatchReader({
    width: SIDE,
    height: SIDE,
    order: 'rgb',
    layout: 'interleaved',
    scale: 1 / 255,
    offset: 0,
    outside: 'edge',
  });

  private constructor(private readonly network: Network) {}

  static async open(source: ModelSource): Promise<FaceLandmarker> {
    return new FaceLandmarker(await Network.open(source, 'face-mesh-attention', [1, SIDE, SIDE, 3]));
  }

  landmarks(frame: I420Frame, region: Region): Promise<Mesh> {
    const map = regionToPatch(region, SIDE, SIDE);
    return this.network.run(
      (input) => {
        this.reader.read(frame, map, input);
      },
      (outputs) => readMesh(outputs, map),
    );
  }

  close(): Promise<void> {
    return this.network.close();
  }
}

/** Puts the refined points into their mesh places and everything into frame pixels. */
function readMesh(outputs: Outputs, map: Affine): Mesh {
  const landmarks = new Float32Array(LANDMARK_COUNT * 3);
  landmarks.set(outputs('output_mesh_identity').subarray(0, LANDMARK_COUNT * 3));
  writePoints(landmarks, outputs('output_lips'), LIPS_POINTS);
  writePoints(landmarks, outputs('output_left_eye'), RIGHT_EYE_POINTS);
  writePoints(landmarks, outputs('output_right_eye'), LEFT_EYE_POINTS);
  writePoints(landmarks, outputs('output_left_iris'), RIGHT_IRIS);
  writePoints(landmarks, outputs('output_right_iris'), LEFT_IRIS);
  setDepth(landmarks, RIGHT_IRIS, meanDepth(landmarks, RIGHT_EYE));
  setDepth(landmarks, LEFT_IRIS, meanDepth(landmarks, LEFT_EYE));
  toFrame(landmarks, map);
  const logit = outputs('conv_faceflag')[0] ?? -Infinity;
  return { score: 1 / (1 + Math.exp(-logit)), landmarks };
}

function writePoints(landmarks: Float32Array, points: Float32Array, vertices: readonly number[]): void {
  vertices.forEach((vertex, i) => {
    landmarks[vertex * 3] = points[2 * i] ?? NaN;
    landmarks[vertex * 3 + 1] = points[2 * i + 1] ?? NaN;
  });
}

function meanDepth(landmarks: Float32Array, ring: readonly number[]): number {
  return ring.reduce((sum, vertex) => sum + (landmarks[vertex * 3 + 2] ?? NaN), 0) / ring.length;
}

function setDepth(landmarks: Float32Array, vertices: readonly number[], z: number): void {
  for (const vertex of vertices) landmarks[vertex * 3 + 2] = z;
}

/** From pixels of the crop to those of the frame, in place. */
export function toFrame(landmarks: Float32Array, map: Affine): void {
  const scale = Math.hypot(map.a, map.d);
  for (let i = 0; i < landmarks.length; i += 3) {
    const x = landmarks[i] ?? NaN;
    const y = landmarks[i + 1] ?? NaN;
    landmarks[i] = map.a * x + map.b * y + map.c;
    landmarks[i + 1] = map.d * x + map.e * y + map.f;
    landmarks[i + 2] = (landmarks[i + 2] ?? NaN) * scale;
  }
}
