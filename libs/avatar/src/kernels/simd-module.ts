import { SIMD_BINARY_BASE64 } from './simd-binary.js';
import { compile, instantiate, type WasmMemory } from './web-assembly.js';

/** The exports of assembly/index.ts; addresses and counts are 32-bit integers. */
export interface SimdExports {
  readonly memory: WasmMemory;
  heapBase(): number;
  warpTriangles(
    width: number,
    height: number,
    step: number,
    triangles: number,
    count: number,
    xs: number,
    ys: number,
    us: number,
    vs: number,
    out: number,
    base: number,
    person: number,
    alpha: number,
  ): void;
}

let compiled: object | null | undefined;

/** A new instance of the SIMD kernels, compiled on first use. Null where they cannot run. */
export function openSimd(): SimdExports | null {
  compiled ??= compile(Uint8Array.from(atob(SIMD_BINARY_BASE64), (character) => character.charCodeAt(0)));
  return compiled === null ? null : (instantiate(compiled) as SimdExports | null);
}
