import { SIMD_BINARY_BASE64 } from './simd-binary.js';

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; the old buffer is detached. */
  grow(pages: number): number;
}

/** The exports of assembly/index.ts; addresses and counts are 32-bit integers. */
export interface SimdExports {
  readonly memory: WasmMemory;
  heapBase(): number;
  readPatch(
    width: number,
    height: number,
    luma: number,
    u: number,
    v: number,
    frameWidth: number,
    frameHeight: number,
    a: number,
    b: number,
    c: number,
    d: number,
    e: number,
    f: number,
    lumaSamples: number,
    chromaSamples: number,
    edge: boolean,
    planar: boolean,
    swapped: boolean,
    scale: number,
    offset: number,
    starts: number,
    out: number,
  ): void;
}

/** What this library uses of the platform's WebAssembly; the types of ES2023 leave it out. */
interface WebAssemblyPlatform {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** A new instance of the SIMD kernels; null on a processor, or in a program, that cannot run them: the scalar code does the work. */
export function openSimd(): SimdExports | null {
  const wasm = (globalThis as { WebAssembly?: WebAssemblyPlatform }).WebAssembly;
  const bytes = Buffer.from(SIMD_BINARY_BASE64, 'base64');
  if (wasm?.validate(bytes) !== true) return null;
  return new wasm.Instance(new wasm.Module(bytes), {}).exports as SimdExports;
}
