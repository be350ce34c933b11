import type { Attribute, Initializer, OnnxModel, OnnxNode, OnnxValue } from './model.js';

/** Small constants (shapes, axes, scalars) are stored once. */
const SHARED_BYTES = 256;

/** Collects nodes and constants in order and names them by counting, so that equal input gives equal names. */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #shared = new Map<string, string>();

  /** Adds an operator and returns the name of its result. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `v${this.#nodes.length}`,
  ): string {
    this.#nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  /** A float32 constant. */
  floats(values: Float32Array, shape: readonly number[]): string {
    return this.#constant(values, shape);
  }

  /** A float32 scalar, rounded from a double as the original runtime's constants are. */
  scalar(value: number): string {
    return this.#constant(Float32Array.of(value), []);
  }

  /** An int64 vector: shapes, axes, paddings. */
  integers(values: readonly number[]): string {
    return this.#constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  finish(name: string, inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxModel {
    return { name, nodes: this.#nodes, initializers: this.#initializers, inputs, outputs };
  }

  #constant(values: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const shareable = values.byteLength <= SHARED_BYTES;
    const key = shareable ? `${values.constructor.name}[${shape.join()}]:${values.join()}` : '';
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = `c${this.#initializers.length}`;
    this.#initializers.push({ name, shape, values });
    if (shareable) this.#shared.set(key, name);
    return name;
  }
}
