import type { MarkAdder } from '../add-mark.js';
import { rampWeights } from '../fixed-point.js';
import { fixedGain, MAX_AMPLITUDE, type StrengthMap } from '../strength.js';
import type { Size } from '../types.js';
import { LumaSlot } from './luma-slot.js';
import type { SimdExports } from './simd-module.js';
import { type Slot, Workspace } from './workspace.js';

/** The embedding kernel of assembly/add-mark.ts: the same bytes as `ScalarMarkAdder`. */
export class SimdMarkAdder implements MarkAdder {
  private readonly field: Slot<Int8Array>;
  private readonly other: Slot<Int8Array>;
  private readonly strength: Slot<Int16Array>;
  private readonly weightsSlot: Slot<Int16Array>;
  private readonly weights: Int16Array;
  private readonly luma: LumaSlot;

  constructor(
    private readonly simd: SimdExports,
    private readonly size: Size,
    private readonly map: StrengthMap,
  ) {
    const workspace = new Workspace(simd);
    const pixels = size.width * size.height;
    this.field = workspace.int8(pixels);
    this.weights = rampWeights(map.block);
    this.weightsSlot = workspace.int16(map.block);
    // blending needs no strength and no luma: its second field lies where these do
    this.strength = workspace.int16(map.strength.length);
    this.luma = new LumaSlot(workspace, size);
    this.other = new Workspace(simd, this.strength.at).int8(pixels);
  }

  add(luma: Uint8Array, stride: number, field: Int8Array, gain: number): number {
    const { simd, size, map } = this;
    this.field.values.set(field);
    this.strength.values.set(map.strength);
    this.weightsSlot.values.set(this.weights);
    const energy = simd.addMark(
      this.luma.load(luma, stride),
      stride,
      size.width,
      size.height,
      this.field.at,
      this.strength.at,
      map.block,
      map.rows,
      this.weightsSlot.at,
      fixedGain(gain),
      MAX_AMPLITUDE,
    );
    this.luma.store(luma);
    return energy;
  }

  blend(from: Int8Array, to: Int8Array, weight: number, out: Int8Array): void {
    this.field.values.set(from);
    this.other.values.set(to);
    this.simd.blendFields(this.field.at, this.other.at, weight, this.field.at, from.length);
    out.set(this.field.values);
  }
}
