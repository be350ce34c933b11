import type { PersonWarper, WarpMaterial } from '../portrait/person-warper.js';
import type { SimdExports } from './simd-module.js';

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;
/** The kernel may look a sample beyond the last one of a plane. */
const SLACK_BYTES = 64;

interface PlaneAt {
  readonly width: number;
  readonly height: number;
  readonly step: 1 | 2;
  readonly out: number;
  readonly base: number;
  readonly person: number;
  readonly alpha: number;
}

/** The warp of assembly/warp.ts: the same bytes as `ScalarPersonWarper`. One instance with its own memory per portrait. */
export class SimdPersonWarper implements PersonWarper {
  private readonly planes: readonly PlaneAt[];
  private readonly at: Readonly<
    Record<'base' | 'out' | 'xs' | 'ys' | 'us' | 'vs' | 'solid' | 'mixed', number>
  >;
  private end: number;

  constructor(
    private readonly simd: SimdExports,
    private readonly material: WarpMaterial,
  ) {
    const { layers, mesh, base, solid, mixed } = material;
    const { width, height, person, alpha, alphaHalf } = layers;
    this.end = Math.ceil(simd.heapBase() / ALIGNMENT) * ALIGNMENT;
    this.at = {
      base: this.keep(base),
      out: this.keep(new Uint8Array(base.length)),
      xs: this.keep(mesh.xs),
      ys: this.keep(mesh.ys),
      us: this.keep(mesh.xs),
      vs: this.keep(mesh.ys),
      solid: this.keep(solid),
      mixed: this.keep(mixed),
    };
    const [full, half] = [this.keep(alpha), this.keep(alphaHalf)];
    const luma = width * height;
    const plane = (key: 'y' | 'u' | 'v', step: 1 | 2, start: number): PlaneAt => ({
      ...{ width: width / step, height: height / step, step, alpha: step === 1 ? full : half },
      ...{ out: this.at.out + start, base: this.at.base + start, person: this.keep(person[key]) },
    });
    this.planes = [plane('y', 1, 0), plane('u', 2, luma), plane('v', 2, luma + (luma >> 2))];
  }

  draw(xs: Float32Array, ys: Float32Array, into: Uint8Array): void {
    const { simd, at, material } = this;
    const memory = new Uint8Array(simd.memory.buffer);
    memory.copyWithin(at.out, at.base, at.base + material.base.length);
    memory.set(bytesOf(xs), at.xs);
    memory.set(bytesOf(ys), at.ys);
    for (const plane of this.planes) {
      this.warp(plane, at.mixed, material.mixed.length, plane.alpha);
      this.warp(plane, at.solid, material.solid.length, 0);
    }
    into.set(memory.subarray(at.out, at.out + material.base.length));
  }

  private warp(plane: PlaneAt, triangles: number, count: number, alpha: number): void {
    const { xs, ys, us, vs } = this.at;
    const { width, height, step, out, base, person } = plane;
    this.simd.warpTriangles(
      ...([width, height, step, triangles, count, xs, ys, us, vs, out, base, person, alpha] as const),
    );
  }

  /** Copies an array into the instance's memory. @returns its address */
  private keep(values: Uint8Array | Uint16Array | Float32Array): number {
    const { memory } = this.simd;
    const at = this.end;
    this.end = Math.ceil((at + values.byteLength + SLACK_BYTES) / ALIGNMENT) * ALIGNMENT;
    const missing = this.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    new Uint8Array(memory.buffer).set(bytesOf(values), at);
    return at;
  }
}

function bytesOf(values: Uint8Array | Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
