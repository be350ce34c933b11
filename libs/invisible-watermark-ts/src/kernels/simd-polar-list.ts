import type { SimdExports } from './simd-module.js';
import { type Slot, Workspace } from './workspace.js';

/** Index of the number of surviving paths in the decoder's description. */
const COUNT = 3;

/** The list decoder of assembly/polar.ts: the same candidates in the same order as `ScalarPolarListDecoder`. */
export class SimdPolarListDecoder {
  private readonly description: Int32Array;
  private readonly decoder: Slot<Int32Array>;
  private readonly information: Slot<Uint8Array>;
  private readonly isInformation: Uint8Array;
  private readonly paths: Slot<Int32Array>;
  private readonly metrics: Slot<Float32Array>;
  private readonly memory: Slot<Uint8Array>;
  private readonly root: Slot<Float32Array>;

  constructor(
    private readonly simd: SimdExports,
    private readonly length: number,
    private readonly informationSet: Uint16Array,
    listSize: number,
  ) {
    this.isInformation = new Uint8Array(length);
    for (const position of informationSet) this.isInformation[position] = 1;
    const workspace = new Workspace(simd);
    this.decoder = workspace.int32(12);
    this.information = workspace.bytes(length);
    this.paths = workspace.int32(listSize);
    this.metrics = workspace.float32(listSize);
    const branchMetrics = workspace.float32(2 * listSize);
    const branches = workspace.int32(2 * listSize);
    const nextPaths = workspace.int32(listSize);
    const nextMetrics = workspace.float32(listSize);
    const claims = workspace.bytes(listSize);
    this.memory = workspace.bytes(listSize * simd.pathBytes(length));
    this.root = new Workspace(simd, this.memory.at + 4 * length).float32(length);
    const arrays = [branchMetrics, branches, nextPaths, nextMetrics, claims, this.memory];
    this.description = Int32Array.from([
      length,
      listSize,
      this.information.at,
      0,
      this.paths.at,
      this.metrics.at,
      ...arrays.map(({ at }) => at),
    ]);
  }

  decode(llr: Float32Array): Uint8Array[] {
    this.decoder.values.set(this.description);
    this.information.values.set(this.isInformation);
    this.root.values.set(llr);
    this.simd.decodePolar(this.decoder.at);
    const count = this.decoder.values[COUNT] ?? 0;
    const metrics = this.metrics.values.subarray(0, count);
    return Array.from(metrics, (metric, path) => ({ metric, path }))
      .sort((a, b) => a.metric - b.metric)
      .map(({ path }) => this.informationOf(this.paths.values[path] ?? 0));
  }

  private informationOf(path: number): Uint8Array {
    const decided = path - this.memory.at + this.simd.decidedOffset(this.length);
    return Uint8Array.from(this.informationSet, (position) => this.memory.values[decided + position] ?? 0);
  }
}
