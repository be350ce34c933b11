import { RIGHT_EYE } from '@guise/frame';

/** A vertex that goes along when a lid closes: by `share` of the way from `from` to `to`. */
export interface LidVertex {
  readonly vertex: number;
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** Upper and lower lid meet at this share of the way from the upper one. */
const MEET = 0.94;
/** Skin above the lashes of the right eye, from the outer end: a row next to them, the crease, the fold under the brow. */
const ROWS: readonly (readonly [share: number, vertices: readonly number[]])[] = [
  [0.78, [247, 30, 29, 27, 28, 56, 190]],
  [0.4, [113, 225, 224, 223, 222, 221, 189]],
];

/** Vertices of one eye's lids with how they close. `mirror` maps each vertex to the other half of the face. */
export function lidVertices(side: 'left' | 'right', mirror: Uint16Array): readonly LidVertex[] {
  const own = (vertex = 0): number => (side === 'right' ? vertex : (mirror[vertex] ?? 0));
  const lids: LidVertex[] = [];
  for (let k = 1; k < 8; k++) {
    const upper = own(RIGHT_EYE[k]);
    const lower = own(RIGHT_EYE[16 - k]);
    lids.push({ vertex: upper, from: upper, to: lower, share: MEET });
    lids.push({ vertex: lower, from: lower, to: upper, share: 1 - MEET });
    for (const [share, row] of ROWS) lids.push({ vertex: own(row[k - 1]), from: upper, to: lower, share });
  }
  return lids;
}
