import { WatermarkError } from '../errors.js';
import type { SimdExports } from './simd-module.js';

const PAGE_BYTES = 65_536;
/** Vectors load 16 bytes at a time and may look past the end of an array. */
const SLACK_BYTES = 64;
const ALIGNMENT = 16;

type Samples = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array;
type View<T extends Samples> = new (buffer: ArrayBuffer, at: number, length: number) => T;

/** One array in the kernels' memory. */
export class Slot<T extends Samples> {
  private held: T | null = null;

  constructor(
    private readonly simd: SimdExports,
    private readonly view: View<T>,
    /** Address of the first byte. */
    readonly at: number,
    readonly length: number,
  ) {}

  /** The array; a new view only after the memory has grown. */
  get values(): T {
    if (this.held?.buffer !== this.simd.memory.buffer)
      this.held = new this.view(this.simd.memory.buffer, this.at, this.length);
    return this.held;
  }
}

/**
 * Places a kernel's arrays in the shared memory. Every kernel uses the same bytes, one call at a time: fill the inputs, run, read
 * the outputs, all within one synchronous call.
 */
export class Workspace {
  private end: number;

  /** Starts at the first free byte, or at `from` to share bytes with another workspace. */
  constructor(
    readonly simd: SimdExports,
    from = simd.heapBase(),
  ) {
    this.end = Math.ceil(from / ALIGNMENT) * ALIGNMENT;
  }

  bytes(length: number): Slot<Uint8Array> {
    return this.place(Uint8Array, 1, length);
  }

  int8(length: number): Slot<Int8Array> {
    return this.place(Int8Array, 1, length);
  }

  int16(length: number): Slot<Int16Array> {
    return this.place(Int16Array, 2, length);
  }

  int32(length: number): Slot<Int32Array> {
    return this.place(Int32Array, 4, length);
  }

  float32(length: number): Slot<Float32Array> {
    return this.place(Float32Array, 4, length);
  }

  /** Lays the last array anew with another length. */
  bytesAt(at: number, length: number): Slot<Uint8Array> {
    this.end = at;
    return this.bytes(length);
  }

  private grow(pages: number): void {
    try {
      this.simd.memory.grow(pages);
    } catch {
      throw new WatermarkError(
        'out-of-memory',
        `the kernels cannot have ${pages} pages of 64 KiB more: pass smaller frames, or free memory`,
      );
    }
  }

  private place<T extends Samples>(view: View<T>, size: number, length: number): Slot<T> {
    const at = this.end;
    this.end = Math.ceil((at + size * length + SLACK_BYTES) / ALIGNMENT) * ALIGNMENT;
    const missing = this.end - this.simd.memory.buffer.byteLength;
    if (missing > 0) this.grow(Math.ceil(missing / PAGE_BYTES));
    return new Slot(this.simd, view, at, length);
  }
}
