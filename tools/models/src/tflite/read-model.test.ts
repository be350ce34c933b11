import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../convert/to-onnx.js';
import { ModelToolError } from '../errors.js';
import { encodeOnnx } from '../onnx/model.js';
import { exampleModel } from '../testing/example-model.js';
import { writeTflite } from '../testing/write-tflite.js';
import { readTflite } from './read-model.js';

const file = writeTflite(exampleModel());

/** Reads and converts; a refusal is fine when it is typed, anything else is not. */
function readOrRefuse(bytes: Uint8Array): 'read' | 'refused' {
  try {
    encodeOnnx(toOnnx(readTflite(bytes), { name: 'example', freeBatch: false }));
    return 'read';
  } catch (error) {
    if (error instanceof ModelToolError) return 'refused';
    throw error;
  }
}

const codeOf = (bytes: Uint8Array): string => {
  try {
    readTflite(bytes);
  } catch (error) {
    if (error instanceof ModelToolError) return error.code;
    throw error;
  }
  return 'read';
};

describe('readTflite', () => {
  it('reads tensors, operators and options', () => {
    const graph = readTflite(file);
    expect(graph.tensors).toHaveLength(27);
    expect(graph.operators.map(({ kind }) => kind)).toEqual([
      'convolution',
      'convolution',
      'prelu',
      'pad',
      'resize-bilinear',
      'binary',
      'max-pool',
      'spatial-mean',
      'unary',
      'reshape',
      'reshape',
      'concatenation',
      'slice',
      'transform-picture',
    ]);
    expect(graph.operators[1]).toMatchObject({ depthwise: true, padding: 'same', strides: [2, 2] });
    expect(graph.operators[13]).toMatchObject({ outputSize: [2, 2], transform: 25 });
  });

  it('gives a half-precision weight to the tensor behind DEQUANTIZE, decoded exactly', () => {
    expect(Array.from(readTflite(file).tensors[2]?.constant ?? [])).toEqual([1, 1, -0.5, 1]);
  });

  it('refuses every truncation with a typed error', () => {
    for (let length = 0; length < file.length; length++) {
      expect(readOrRefuse(file.slice(0, length)), `${length} bytes`).toBe('refused');
    }
  });

  it('never crashes or hangs on flipped bytes', () => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const damaged = file.slice();
        for (const [at, value] of changes) damaged[at] = value;
        expect(['read', 'refused']).toContain(readOrRefuse(damaged));
      }),
      { numRuns: 4_000, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true },
    );
  });

  it('never crashes or hangs on huge lengths and offsets', () => {
    const words = Array.from({ length: file.length >> 2 }, (_, i) => 4 * i);
    for (const at of words) {
      for (const value of [0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0]) {
        const damaged = file.slice();
        new DataView(damaged.buffer).setUint32(at, value, true);
        expect(['read', 'refused']).toContain(readOrRefuse(damaged));
      }
    }
  });

  it('never crashes on random bytes behind the mark', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 400 }), (random) => {
        const bytes = new Uint8Array(8 + random.length);
        bytes.set([8, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33]);
        bytes.set(random, 8);
        expect(['read', 'refused']).toContain(readOrRefuse(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('says what it does not support, instead of converting it wrongly', () => {
    const example = exampleModel();
    const withOperator = (index: number, change: object) => {
      const operators = example.operators.map((operator, i) =>
        i === index ? { ...operator, ...change } : operator,
      );
      return codeOf(writeTflite({ ...example, operators }));
    };
    expect(withOperator(9, { code: 25 })).toBe('model-unsupported');
    expect(withOperator(14, { custom: 'MaxUnpooling2D' })).toBe('model-unsupported');
    // Fused RELU after an addition, dilation, aligned corners, masks of a slice.
    expect(withOperator(6, { options: [[0, 'int8', 1]] })).toBe('model-unsupported');
    expect(
      withOperator(1, {
        options: [
          [0, 'int8', 1],
          [4, 'int32', 2],
        ],
      }),
    ).toBe('model-unsupported');
    expect(withOperator(5, { options: [[2, 'int8', 1]] })).toBe('model-unsupported');
    expect(withOperator(13, { options: [[0, 'int32', 1]] })).toBe('model-unsupported');
  });

  it('refuses weights that do not fill their tensor', () => {
    const example = exampleModel();
    const tensors = example.tensors.map((tensor, i) => (i === 3 ? { ...tensor, shape: [3] } : tensor));
    expect(codeOf(writeTflite({ ...example, tensors }))).toBe('model-malformed');
  });

  it('refuses lists longer than any network has, before reading them', () => {
    const example = exampleModel();
    const long = Array.from({ length: 65 }, () => 0);
    expect(codeOf(writeTflite({ ...example, inputs: long }))).toBe('model-malformed');
    const tensors = [{ name: 'deep', shape: [1, 1, 1, 1, 1, 1, 1] }, ...example.tensors.slice(1)];
    expect(codeOf(writeTflite({ ...example, tensors }))).toBe('model-malformed');
  });

  it('refuses operator options that are not the expected map', () => {
    const example = exampleModel();
    const operators = example.operators.map((operator) =>
      operator.custom === undefined ? operator : { ...operator, customOptions: new Uint8Array([1, 2]) },
    );
    expect(codeOf(writeTflite({ ...example, operators }))).toBe('model-malformed');
  });
});
