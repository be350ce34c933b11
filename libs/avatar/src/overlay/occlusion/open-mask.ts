import { LANDMARK_COUNT, LEFT_EYE, RIGHT_EYE, type I420Frame, type I420Planes } from '@guise/frame';
import { smoothstep } from '../../mesh/topology.js';
import type { Layer } from '../layer.js';
import { rasterizeAttributes } from '../raster.js';
import type { DrawnShape } from '../shape.js';
import { texturePositions } from '../texture.js';
import type { Occlusion } from './occluder.js';
import { GRID_SIDE } from './texel-grid.js';

/** Colours differ by one unit at this share of the luma, plus these code values; chroma at these. */
const LUMA_SHARE = 0.06;
const LUMA_FLOOR = 3;
const CHROMA = 2;
/** Of a pixel's neighbourhood, the part that must be an object before any of it shows, and until all of it does. */
const OPENS_AT = 0.3;
const OPEN_AT = 0.8;

/** Whether all cells around a place show the face, or all an object; a pixel's own look decides in between. */
const Kind = { free: 0, object: 1, edge: 2 } as const;

/** How much of the mask was taken away. */
export interface Opening {
  /** Share of the whole mask. */
  readonly face: number;
  /** Share of the eyes' rims that lie behind an object: the lesser of both. */
  readonly eyes: number;
}

/** Takes the avatar away where an object is before the face. The camera picture's own edges bound what is opened. */
export class MaskOpener {
  private readonly at = texturePositions(GRID_SIDE);
  private readonly xs = new Float32Array(LANDMARK_COUNT);
  private readonly ys = new Float32Array(LANDMARK_COUNT);
  private readonly kinds = new Uint8Array(GRID_SIDE * GRID_SIDE);

  /** Uses the layer's texture coordinates as scratch. `wearer`: where the wearer's own face lies */
  open(
    layer: Layer,
    frame: I420Frame,
    planes: I420Planes,
    wearer: DrawnShape,
    triangles: Uint16Array,
    occlusion: Occlusion,
  ): Opening {
    this.placeGrid(layer, wearer, triangles);
    this.sortPlaces(occlusion.shares);
    const { mask, textureX, textureY, chromaWidth, chromaHeight } = layer;
    let [all, opened] = [1e-6, 0];
    for (let row = 0; row < chromaHeight; row++)
      for (let x = 0; x < chromaWidth; x++) {
        const i = row * chromaWidth + x;
        const covered = mask[i] ?? 0;
        if (covered <= 0) continue;
        all += covered;
        const on = onFace(layer, x, row);
        if (on < 0) continue;
        const tx = textureX[on] ?? 0;
        const share = this.shareAt(
          occlusion,
          tx,
          textureY[on] ?? 0,
          frame,
          planes,
          layer.x + 2 * x,
          layer.y + 2 * row,
        );
        if (share <= 0) continue;
        opened += covered * share;
        mask[i] = covered * (1 - share);
      }
    const hidden = (ring: readonly number[]): number =>
      ring.reduce((sum, vertex) => sum + 1 - (occlusion.visible[vertex] ?? 1), 0) / ring.length;
    return { face: opened / all, eyes: Math.min(hidden(LEFT_EYE), hidden(RIGHT_EYE)) };
  }

  /** Place in the grid of every pixel of the wearer's face. */
  private placeGrid(layer: Layer, wearer: DrawnShape, triangles: Uint16Array): void {
    for (let i = 0; i < LANDMARK_COUNT; i++) {
      this.xs[i] = ((wearer.xs[i] ?? 0) - layer.x) / 2;
      this.ys[i] = ((wearer.ys[i] ?? 0) - layer.y) / 2;
    }
    layer.textureX.fill(-1);
    const grid = { width: layer.chromaWidth, height: layer.chromaHeight };
    rasterizeAttributes(grid, triangles, this.xs, this.ys, [
      { vertex: this.at.us, out: layer.textureX },
      { vertex: this.at.vs, out: layer.textureY },
    ]);
  }

  private sortPlaces(shares: Float32Array): void {
    for (let row = 1; row < GRID_SIDE - 1; row++)
      for (let column = 1; column < GRID_SIDE - 1; column++) {
        let [least, most] = [1, 0];
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++) {
            const share = shares[(row + dy) * GRID_SIDE + column + dx] ?? 0;
            if (share < least) least = share;
            if (share > most) most = share;
          }
        this.kinds[row * GRID_SIDE + column] =
          most <= 0 ? Kind.free : least >= 0.98 ? Kind.object : Kind.edge;
      }
  }

  /** Share of the object among the cells around, those counting most that look like the pixel. */
  private shareAt(
    { shares, grid, seen }: Occlusion,
    tx: number,
    ty: number,
    frame: I420Frame,
    planes: I420Planes,
    px: number,
    py: number,
  ): number {
    const column = clampPlace(tx | 0);
    const row = clampPlace(ty | 0);
    const kind = this.kinds[row * GRID_SIDE + column];
    if (kind === Kind.free || kind === Kind.object) return kind;
    const x = px < frame.width ? px : frame.width - 1;
    const y = py < frame.height ? py : frame.height - 1;
    const luma = planes.y[y * frame.width + x] ?? 0;
    const chroma = (y >> 1) * planes.chromaWidth + (x >> 1);
    const u = planes.u[chroma] ?? 0;
    const v = planes.v[chroma] ?? 0;
    const unit = LUMA_SHARE * luma + LUMA_FLOOR;
    let [sum, norm] = [0, 1e-6];
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const place = (row + dy) * GRID_SIDE + column + dx;
        const cell = grid.cellAt[place] ?? -1;
        if (cell < 0) continue;
        const [oy, ox] = [row + dy + 0.5 - ty, column + dx + 0.5 - tx];
        const du = ((seen.u[cell] ?? 0) - u) / CHROMA;
        const dv = ((seen.v[cell] ?? 0) - v) / CHROMA;
        const dl = ((seen.y[cell] ?? 0) - luma) / unit;
        const alike = 1 / (1 + dl * dl + du * du + dv * dv);
        const weight = alike * alike * (1 / (0.3 + ox * ox + oy * oy));
        sum += weight * (shares[place] ?? 0);
        norm += weight;
      }
    return smoothstep((sum / norm - OPENS_AT) / (OPEN_AT - OPENS_AT));
  }
}

/** Half-size pixels by which the drawn face may reach beyond the wearer's own. */
const REACH = 8;

/** The pixel itself or the nearest one, along its row or column, that lies on the wearer's face; −1 when there is none. */
function onFace({ textureX, chromaWidth, chromaHeight }: Layer, x: number, row: number): number {
  const i = row * chromaWidth + x;
  if ((textureX[i] ?? -1) >= 0) return i;
  for (let step = 1; step <= REACH; step++) {
    if (x - step >= 0 && (textureX[i - step] ?? -1) >= 0) return i - step;
    if (x + step < chromaWidth && (textureX[i + step] ?? -1) >= 0) return i + step;
    if (row - step >= 0 && (textureX[i - step * chromaWidth] ?? -1) >= 0) return i - step * chromaWidth;
    if (row + step < chromaHeight && (textureX[i + step * chromaWidth] ?? -1) >= 0)
      return i + step * chromaWidth;
  }
  return -1;
}

function clampPlace(at: number): number {
  return at < 1 ? 1 : at > GRID_SIDE - 2 ? GRID_SIDE - 2 : at;
}
