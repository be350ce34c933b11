import { SIMD_BINARY_BASE64 } from './simd-binary.js';

/** What this library uses of the platform's WebAssembly; the types of ES2023 leave it out. */
interface WebAssemblyPlatform {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** The exports of assembly/index.ts; addresses and counts are 32-bit integers. */
export interface SimdExports {
  readonly memory: {
    readonly buffer: ArrayBuffer;
    /** Adds pages of 64 KiB; the old buffer is detached. */
    grow(pages: number): number;
  };
  heapBase(): number;
  blendSamples(
    data: number,
    memory: number,
    count: number,
    least: number,
    still: number,
    span: number,
    slope: number,
  ): void;
}

/** A new instance of the SIMD kernels; null where they cannot run, or may not: the scalar code does the work. */
export function openSimd(): SimdExports | null {
  const wasm = (globalThis as { WebAssembly?: WebAssemblyPlatform }).WebAssembly;
  const bytes = Uint8Array.from(atob(SIMD_BINARY_BASE64), (character) => character.charCodeAt(0));
  if (wasm?.validate(bytes) !== true) return null;
  try {
    return new wasm.Instance(new wasm.Module(bytes), {}).exports as SimdExports;
  } catch {
    return null; // compiling is forbidden here
  }
}
