import { unsupported } from '../errors.js';
import type { Graph, Tensor } from '../graph.js';
import { elements, tensorAt } from '../graph.js';
import type { GraphBuilder } from '../onnx/graph-builder.js';
import { permute } from './permute.js';

/** NHWC dimension → its place in NCHW. */
const PLACE_IN_NCHW = [0, 2, 3, 1] as const;
const NHWC_TO_NCHW = [0, 3, 1, 2] as const;
const NCHW_TO_NHWC = [0, 2, 3, 1] as const;

/** Where an axis of an NHWC tensor lies once the tensor is NCHW. */
export const axisInNchw = (axis: number): number => PLACE_IN_NCHW[axis] ?? axis;

/**
 * TFLite pictures are NHWC, ONNX convolutions want NCHW. Every computed tensor remembers in which layout it was made; the other
 * one is made on first demand, so that transpositions appear only where two kinds of operator meet.
 * "Source" layout is TFLite's: NHWC for pictures, as it is for everything else.
 */
export class Layouts {
  readonly #source = new Map<number, string>();
  readonly #nchw = new Map<number, string>();
  readonly #madeAsNchw = new Set<number>();

  constructor(
    private readonly graph: Graph,
    private readonly builder: GraphBuilder,
  ) {}

  setSource(index: number, name: string): void {
    this.#source.set(index, name);
  }

  setNchw(index: number, name: string): void {
    this.#nchw.set(index, name);
    this.#madeAsNchw.add(index);
  }

  /** Whether the tensor is a computed picture that exists as NCHW without transposing. */
  isNchw(index: number): boolean {
    return this.#madeAsNchw.has(index);
  }

  isConstant(index: number): boolean {
    return tensorAt(this.graph, index).constant !== undefined;
  }

  source(index: number): string {
    return this.#demand(this.#source, index, (tensor) => {
      if (tensor.constant) return this.builder.floats(weights(tensor), tensor.shape);
      return this.builder.node('Transpose', [this.nchw(index)], { perm: { ints: NCHW_TO_NHWC } });
    });
  }

  nchw(index: number): string {
    return this.#demand(this.#nchw, index, (tensor) => {
      if (tensor.constant) return this.#broadcastConstant(tensor);
      if (tensor.shape.length !== 4) throw unsupported(`a picture of rank ${tensor.shape.length}`);
      return this.builder.node('Transpose', [this.source(index)], { perm: { ints: NHWC_TO_NCHW } });
    });
  }

  /** Weights that broadcast against an NCHW picture: aligned to the right in NHWC first. */
  #broadcastConstant(tensor: Tensor): string {
    if (tensor.shape.length > 4) throw unsupported(`weights of rank ${tensor.shape.length}`);
    const aligned = [...Array.from({ length: 4 - tensor.shape.length }, () => 1), ...tensor.shape];
    const { values, shape } = permute(weights(tensor), aligned, NHWC_TO_NCHW);
    return this.builder.floats(values, shape);
  }

  #demand(names: Map<number, string>, index: number, make: (tensor: Tensor) => string): string {
    const known = names.get(index);
    if (known !== undefined) return known;
    const tensor = tensorAt(this.graph, index);
    if (!tensor.constant && !this.#source.has(index) && !this.#nchw.has(index)) {
      throw unsupported('operators that are not in execution order');
    }
    const name = make(tensor);
    names.set(index, name);
    return name;
  }
}

/** The float weights of a tensor. */
export function weights(tensor: Tensor): Float32Array {
  if (!(tensor.constant instanceof Float32Array))
    throw unsupported(`computed or integer weights ("${tensor.name}")`);
  if (tensor.constant.length !== elements(tensor.shape)) throw unsupported(`weights of "${tensor.name}"`);
  return tensor.constant;
}
