import { Tensor, type InferenceSession } from 'onnxruntime-node';

import { VisionError } from './errors.js';
import type { NeuralRole, NeuralSource, VisionRole } from './types.js';

/** Output tensors of one run, by name. */
export type Outputs = (name: string) => Float32Array;

/**
 * One network with its reused input buffer. Runs are queued: the buffer belongs to one run at a time, and on a CPU two
 * runs at once would only wait on each other.
 */
export class Network {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly input: Tensor;

  private constructor(
    private readonly role: VisionRole | NeuralRole,
    private readonly session: InferenceSession,
    private readonly inputData: Float32Array,
    shape: readonly number[],
    private readonly inputName: string,
  ) {
    this.input = new Tensor('float32', inputData, [...shape]);
  }

  /** @param inputName of the input that `fill` writes; the first one unless told */
  static async open<Role extends VisionRole | NeuralRole>(
    source: NeuralSource<Role>,
    role: Role,
    shape: readonly number[],
    inputName?: string,
  ): Promise<Network> {
    const session = await source.session(role);
    const name = inputName ?? session.inputNames[0] ?? '';
    const values = shape.reduce((product, size) => product * size, 1);
    return new Network(role, session, new Float32Array(values), shape, name);
  }

  /** `fill` writes the input; `read` takes what it needs from the outputs before the next run may start. */
  run<T>(
    fill: (input: Float32Array) => void,
    read: (outputs: Outputs) => T,
    others: Readonly<Record<string, Tensor>> = {},
  ): Promise<T> {
    const result = this.queue.then(async () => {
      fill(this.inputData);
      const inputs = { ...others, [this.inputName]: this.input };
      const missing = this.session.inputNames.find((name) => !(name in inputs));
      if (missing !== undefined || !this.session.inputNames.includes(this.inputName))
        throw this.bad(`does not take ${Object.keys(inputs).join(', ')}`);
      const outputs = await this.session.run(inputs);
      return read((name) => this.floats(name, outputs[name]));
    });
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Releases the session once the runs already asked for are done. */
  async close(): Promise<void> {
    await this.queue;
    await this.session.release();
  }

  private floats(name: string, tensor: Tensor | undefined): Float32Array {
    if (!(tensor?.data instanceof Float32Array)) throw this.bad(`has no float output ${name}`);
    return tensor.data;
  }

  private bad(what: string): VisionError {
    return new VisionError('bad-model', `The network ${this.role} ${what}. Run: npm run models`);
  }
}
