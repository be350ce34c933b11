import type { HeadMesh } from './head-mesh.js';
import type { StageLayers } from './matte.js';
import { openSimd } from '../kernels/simd-module.js';
import { SimdPersonWarper } from '../kernels/simd-warper.js';
import { warpPerson } from './warp.js';

/** What a portrait draws every frame of: nothing of it changes. */
export interface WarpMaterial {
  readonly layers: StageLayers;
  readonly mesh: Pick<HeadMesh, 'xs' | 'ys'>;
  /** I420 bytes under the moving head. */
  readonly base: Uint8Array;
  /** Triangles that show nothing but the person, and those at the edge. */
  readonly solid: Uint16Array;
  readonly mixed: Uint16Array;
}

/** Draws the base and the person, bent, over it. */
export interface PersonWarper {
  /** @param xs, ys where the mesh's vertices are drawn; @param into I420 bytes, overwritten wholly */
  draw(xs: Float32Array, ys: Float32Array, into: Uint8Array): void;
}

/** Both draw the same bytes. */
export type KernelChoice = 'auto' | 'scalar';

/** `auto`: the SIMD kernel where it runs. */
export function createPersonWarper(material: WarpMaterial, kernels: KernelChoice): PersonWarper {
  const simd = kernels === 'scalar' ? null : openSimd();
  return simd === null ? new ScalarPersonWarper(material) : new SimdPersonWarper(simd, material);
}

/** The oracle, and the way where WebAssembly cannot run. */
export class ScalarPersonWarper implements PersonWarper {
  constructor(private readonly material: WarpMaterial) {}

  draw(xs: Float32Array, ys: Float32Array, into: Uint8Array): void {
    const { layers, mesh, base, solid, mixed } = this.material;
    const { width, height } = layers;
    const luma = width * height;
    into.set(base);
    const planes = [
      { key: 'y', step: 1, start: 0, alpha: layers.alpha },
      { key: 'u', step: 2, start: luma, alpha: layers.alphaHalf },
      { key: 'v', step: 2, start: luma + (luma >> 2), alpha: layers.alphaHalf },
    ] as const;
    for (const { key, step, start, alpha } of planes) {
      const end = start + luma / step ** 2;
      const plane = {
        ...{ width: width / step, height: height / step, alpha },
        ...{ out: into.subarray(start, end), base: base.subarray(start, end), person: layers.person[key] },
      };
      warpPerson(plane, step, mixed, false, xs, ys, mesh.xs, mesh.ys);
      warpPerson(plane, step, solid, true, xs, ys, mesh.xs, mesh.ys);
    }
  }
}
