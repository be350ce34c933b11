import { FACE_VERTEX_COUNT } from '@guise/frame';
import { yawDegOf, type HeadFit } from '../mesh/similarity.js';
import { smoothstep } from '../mesh/topology.js';
import type { VertexColours } from './texture.js';
import type { TurnedFace } from './turned-face.js';

/** A head turned by less shows the picture's own texture alone; by the second, the sides are those made for it. */
export const [TURN_FROM_DEG, TURN_WHOLE_DEG] = [8, 20];

/** What a turned head shows in one frame. */
export interface DrawnTurn {
  readonly face: TurnedFace;
  /** Share of it at each vertex. */
  readonly share: Float32Array;
}

/** Cross-fades the picture's texture and that of a turned head's sides by how far the head is turned. */
export class TurnBlender {
  /** Colours of what is drawn, at each vertex. */
  readonly light: VertexColours;
  private readonly share = new Float32Array(FACE_VERTEX_COUNT);
  private turn = 0;

  /** @param ahead colours of the picture's own texture */
  constructor(
    private readonly ahead: VertexColours,
    private readonly turned: () => TurnedFace,
  ) {
    this.light = { y: ahead.y.slice(), u: ahead.u.slice(), v: ahead.v.slice() };
  }

  /** @returns null while the head looks ahead; the result is reused by the next call */
  look(fit: HeadFit): DrawnTurn | null {
    const turn = turnShare(yawDegOf(fit));
    if (turn === 0 && this.turn === 0) return null;
    const face = this.turned();
    if (turn !== this.turn) this.blend(face, turn);
    return turn === 0 ? null : { face, share: this.share };
  }

  private blend(face: TurnedFace, turn: number): void {
    this.turn = turn;
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) this.share[i] = (face.share[i] ?? 0) * turn;
    for (const key of ['y', 'u', 'v'] as const) {
      const [front, side, out] = [this.ahead[key], face.light[key], this.light[key]];
      for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
        const own = front[i] ?? 0;
        out[i] = own + ((side[i] ?? 0) - own) * (this.share[i] ?? 0);
      }
    }
  }
}

/** 0 for a head that looks ahead … 1 for one turned far; smooth in the angle, so that nothing pops. */
export function turnShare(yawDeg: number): number {
  return smoothstep((Math.abs(yawDeg) - TURN_FROM_DEG) / (TURN_WHOLE_DEG - TURN_FROM_DEG));
}
