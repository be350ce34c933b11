import { FACE_VERTEX_COUNT } from '@guise/frame';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import type { SceneLight } from './lighting.js';

/** Vertices of the subject's right upper lid by row from the lash line upwards, and how much plain skin each row takes. */
const LID_ROWS: readonly (readonly [share: number, vertices: readonly number[]])[] = [
  [0.35, [246, 161, 160, 159, 158, 157, 173]],
  [0.9, [247, 30, 29, 27, 28, 56, 190]],
  [0.4, [225, 224, 223, 222]],
];

/** Light fields with closing lids taken care of, and the share of the avatar's own chroma at each vertex. */
export interface FaceLight {
  readonly gain: Float32Array;
  readonly lift: Float32Array;
  readonly tintU: Float32Array;
  readonly tintV: Float32Array;
  readonly own: Float32Array;
  /** How far each eye is shut, 0 to 1. */
  readonly shut: readonly [right: number, left: number];
}

/**
 * When an eye closes further than in the avatar's picture, the little lid skin there is gets stretched, lashes and
 * shadow with it, into a grey patch. It then gives way to plain skin.
 */
export class LidSkin {
  private readonly shares: readonly [right: Float32Array, left: Float32Array];
  private readonly light: Omit<FaceLight, 'shut'> = {
    gain: new Float32Array(FACE_VERTEX_COUNT),
    lift: new Float32Array(FACE_VERTEX_COUNT),
    tintU: new Float32Array(FACE_VERTEX_COUNT),
    tintV: new Float32Array(FACE_VERTEX_COUNT),
    own: new Float32Array(FACE_VERTEX_COUNT),
  };

  /** Where there is plain skin whatever the lids do. */
  private readonly forehead: Float32Array;

  constructor({ mirror, forehead }: Pick<FaceTopology, 'mirror' | 'forehead'>) {
    this.forehead = forehead;
    const right = new Float32Array(FACE_VERTEX_COUNT);
    const left = new Float32Array(FACE_VERTEX_COUNT);
    for (const [share, vertices] of LID_ROWS)
      for (const vertex of vertices) {
        right[vertex] = share;
        left[mirror[vertex] ?? 0] = share;
      }
    this.shares = [right, left];
  }

  /** `opening`: height of each eye over that in the avatar's picture. The result is reused by the next call. */
  apply(light: SceneLight, opening: readonly [right: number, left: number]): FaceLight {
    const { gain, lift, tintU, tintV, own } = this.light;
    const closing = opening.map((ratio) => smoothstep((0.8 - ratio) / 0.6));
    const shut = opening.map((ratio) => smoothstep((0.4 - ratio) / 0.3));
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      const lids =
        (this.shares[0][i] ?? 0) * (closing[0] ?? 0) + (this.shares[1][i] ?? 0) * (closing[1] ?? 0);
      const plain = Math.max(lids, this.forehead[i] ?? 0);
      const kept = 1 - plain;
      gain[i] = (light.gain[i] ?? 0) * kept;
      lift[i] = (light.lift[i] ?? 0) * kept + (light.skinY[i] ?? 0) * plain;
      tintU[i] = (light.tintU[i] ?? 0) * kept + (light.skinU[i] ?? 0) * plain;
      tintV[i] = (light.tintV[i] ?? 0) * kept + (light.skinV[i] ?? 0) * plain;
      own[i] = kept;
    }
    return { ...this.light, shut: [shut[0] ?? 0, shut[1] ?? 0] };
  }
}
