import { malformed, unsupported } from '../errors.js';
import type { Tensor } from '../graph.js';
import type { FlatTable } from './flat-table.js';

export interface OperatorCode {
  readonly builtin: number;
  readonly custom: string;
}

/** One operator as stored: numbers of tensors, and options not yet interpreted. */
export interface Step {
  readonly code: OperatorCode;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | undefined;
  readonly customOptions: Uint8Array;
}

/** Number of the tensor given as argument `position`; its existence is checked by the caller of the readers. */
export function argument(step: Step, position: number): number {
  const index = step.inputs[position];
  if (index === undefined) throw malformed(`operator ${step.code.builtin} lacks argument ${position}`);
  return index;
}

export function result(step: Step): number {
  const [index, ...more] = step.outputs;
  if (index === undefined || more.length > 0)
    throw malformed(`operator ${step.code.builtin} has not one result`);
  return index;
}

/** Shape of the tensor of that number, which must have `rank` dimensions. */
export function shapeOf(tensors: readonly Tensor[], index: number, rank: number): readonly number[] {
  const shape = tensors[index]?.shape ?? [];
  if (shape.length !== rank)
    throw unsupported(`a tensor of rank ${shape.length} where rank ${rank} is expected`);
  return shape;
}
