import { SIMD_BINARY_BASE64 } from './simd-binary.js';
import { instantiate, type WasmMemory } from './web-assembly.js';

/** The exports of assembly/index.ts; addresses and counts are 32-bit integers. */
export interface SimdExports {
  readonly memory: WasmMemory;
  heapBase(): number;
  addMark(
    luma: number,
    stride: number,
    width: number,
    height: number,
    field: number,
    strength: number,
    block: number,
    blockRows: number,
    weights: number,
    gain: number,
    limit: number,
  ): number;
  blendFields(from: number, to: number, weight: number, out: number, count: number): void;
  updateStrength(
    luma: number,
    stride: number,
    width: number,
    height: number,
    block: number,
    columns: number,
    rows: number,
    flat: number,
    most: number,
    dark: number,
    darkSlope: number,
    mean: number,
    detail: number,
    scratch: number,
    line: number,
    out: number,
  ): number;
  expandStrength(
    values: number,
    columns: number,
    rows: number,
    block: number,
    weights: number,
    out: number,
    width: number,
  ): void;
  gridEnergy(
    grid: number,
    gridWidth: number,
    fromColumn: number,
    toColumn: number,
    fromRow: number,
    toRow: number,
  ): number;
  sampleGrid(
    grid: number,
    gridWidth: number,
    columnLower: number,
    columnWeight: number,
    rowLower: number,
    rowWeight: number,
    width: number,
    height: number,
    scale: number,
    top: number,
    bottom: number,
    out: number,
  ): void;
  forward2d(work: number): void;
  inverse2d(work: number): void;
  pathBytes(length: number): number;
  decidedOffset(length: number): number;
  decodePolar(decoder: number): void;
  addResized(
    plane: number,
    isFloat: number,
    stride: number,
    share: number,
    width: number,
    columns: number,
    rows: number,
    columnTaps: number,
    columnFirst: number,
    columnWeights: number,
    rowTaps: number,
    rowFirst: number,
    rowWeights: number,
    line: number,
    out: number,
  ): void;
  localEnergy(
    inner: number,
    pitch: number,
    width: number,
    height: number,
    reach: number,
    counts: number,
    line: number,
    scratch: number,
    energy: number,
  ): void;
  addByLoudness(
    inner: number,
    pitch: number,
    width: number,
    height: number,
    energy: number,
    floor: number,
    sum: number,
  ): void;
}

let loaded: SimdExports | null | undefined;

/** The SIMD kernels, compiled on first use and shared: they keep no state between calls. Null where they cannot run. */
export function simdModule(): SimdExports | null {
  if (loaded === undefined) loaded = instantiate(decodeBase64(SIMD_BINARY_BASE64)) as SimdExports | null;
  return loaded;
}

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
