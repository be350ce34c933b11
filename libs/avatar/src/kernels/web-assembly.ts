/** What this library uses of the platform's WebAssembly; the types of ES2023 leave it out. */
interface WebAssemblyPlatform {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; the old buffer is detached. */
  grow(pages: number): number;
}

const platform = (): WebAssemblyPlatform | undefined =>
  (globalThis as { WebAssembly?: WebAssemblyPlatform }).WebAssembly;

/** A compiled module, or null where WebAssembly or its SIMD is missing or forbidden (a content security policy). */
export function compile(bytes: Uint8Array): object | null {
  const wasm = platform();
  if (wasm?.validate(bytes) !== true) return null;
  try {
    return new wasm.Module(bytes);
  } catch {
    return null; // compiling is forbidden here: the scalar code does the work
  }
}

/** The exports of a new instance with a memory of its own; null where there can be none. */
export function instantiate(module: object): object | null {
  const wasm = platform();
  if (wasm === undefined) return null;
  try {
    return new wasm.Instance(module, {}).exports;
  } catch {
    return null;
  }
}
