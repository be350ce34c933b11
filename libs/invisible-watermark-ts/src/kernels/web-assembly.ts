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

/** The exports of a module, or null where WebAssembly or its SIMD is missing or forbidden (a content security policy). */
export function instantiate(bytes: Uint8Array): object | null {
  const platform = (globalThis as { WebAssembly?: WebAssemblyPlatform }).WebAssembly;
  if (platform?.validate(bytes) !== true) return null;
  try {
    return new platform.Instance(new platform.Module(bytes), {}).exports;
  } catch {
    return null; // compiling is forbidden here: the scalar code does the work
  }
}
