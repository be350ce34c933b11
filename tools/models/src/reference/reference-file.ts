import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { REFERENCE_PICTURES } from './reference-input.js';

/** What the original runtime computed: every `step`-th value of each output, and sums over all of them. */
const output = z.strictObject({
  name: z.string(),
  length: z.int().positive(),
  step: z.int().positive(),
  sum: z.number(),
  absoluteSum: z.number(),
  /** Little-endian float32, base64. */
  sample: z.base64(),
});
const referenceFile = z.strictObject({
  runtime: z.string(),
  cases: z.array(
    z.strictObject({
      role: z.string(),
      picture: z.enum(REFERENCE_PICTURES),
      /** Of the model file that ran. */
      sourceSha256: z.string(),
      inputShape: z.tuple([z.int(), z.int(), z.int(), z.literal(3)]),
      outputs: z.array(output).min(1),
    }),
  ),
});
export type ReferenceFile = z.infer<typeof referenceFile>;
export type ReferenceOutput = z.infer<typeof output>;

/** One file for each original runtime: TensorFlow Lite and TensorFlow.js. */
const FILES = ['reference.json', 'layers-reference.json'];

export function readReferenceFiles(): Promise<readonly ReferenceFile[]> {
  return Promise.all(
    FILES.map(async (file) => {
      const path = fileURLToPath(new URL(`../../fixtures/${file}`, import.meta.url));
      return referenceFile.parse(JSON.parse(await readFile(path, 'utf8')));
    }),
  );
}

/** At most this many values of one output are stored. */
const SAMPLES = 700;

export function sampleOutput(name: string, values: Float32Array): ReferenceOutput {
  const step = Math.max(1, Math.ceil(values.length / SAMPLES) | 1);
  const picked = Float32Array.from(
    { length: Math.ceil(values.length / step) },
    (_, i) => values[i * step] ?? NaN,
  );
  return {
    name,
    length: values.length,
    step,
    sum: values.reduce((total, value) => total + value, 0),
    absoluteSum: values.reduce((total, value) => total + Math.abs(value), 0),
    sample: Buffer.from(picked.buffer).toString('base64'),
  };
}

export interface Deviation {
  /** Largest absolute difference among the sampled values. */
  readonly largest: number;
  /** Mean difference over all values: what the two sums can disclose about those that were not sampled. */
  readonly mean: number;
}

export function deviation(reference: ReferenceOutput, values: Float32Array): Deviation {
  if (values.length !== reference.length)
    throw new RangeError(`${values.length} values, not ${reference.length}`);
  const found = sampleOutput(reference.name, values);
  const [was, is] = [decode(reference.sample), decode(found.sample)];
  if (was.length !== is.length) throw new RangeError(`${is.length} samples, not ${was.length}`);
  const largest = was.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (is[i] ?? NaN))), 0);
  const sums = [found.sum - reference.sum, found.absoluteSum - reference.absoluteSum].map(Math.abs);
  return { largest, mean: Math.max(...sums) / values.length };
}

function decode(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}
