import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../convert/to-onnx.js';
import { ModelToolError } from '../errors.js';
import { encodeOnnx } from '../onnx/model.js';
import { exampleLayers, exampleOracle, exampleShards } from '../testing/example-layers.js';
import { readLayers } from './read-model.js';

const [HEIGHT, WIDTH] = [6, 9];
const SHAPE = [1, HEIGHT, WIDTH, 3];
const read = (file: Uint8Array, shards = exampleShards(), shape: readonly number[] = SHAPE) =>
  readLayers(file, shards, shape);
type Layers = Parameters<NonNullable<Parameters<typeof exampleLayers>[0]>>[0];
/** The example with other settings of one layer. */
const withConfig = (name: string, change: object) =>
  exampleLayers((layers: Layers) =>
    layers.map((layer) =>
      layer.name === name ? { ...layer, config: { ...layer.config, ...change } } : layer,
    ),
  );
const codeOf = (attempt: () => unknown): string => {
  try {
    attempt();
    return 'no error';
  } catch (error) {
    if (error instanceof ModelToolError) return error.code;
    throw error;
  }
};

describe('a layers model', () => {
  it('computes what its layers say, evaluated one by one', async () => {
    const model = encodeOnnx(toOnnx(read(exampleLayers()), { name: 'example', freeBatch: false }));
    const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 255 }), {
          ...{ minLength: HEIGHT * WIDTH * 3, maxLength: HEIGHT * WIDTH * 3 },
        }),
        async (pixels) => {
          const values = Float64Array.from(pixels);
          const expected = exampleOracle({ height: HEIGHT, width: WIDTH, channels: 3, values });
          const { last } = await session.run({ in: new Tensor('float32', Float32Array.from(pixels), SHAPE) });
          expect(last?.dims).toEqual([1, (HEIGHT - 2) * 2, (WIDTH - 4) * 3, 3]);
          const worst = Array.from(last?.data ?? [], Number).reduce(
            (most, value, i) => Math.max(most, Math.abs(value - (expected.values[i] ?? NaN))),
            0,
          );
          const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          expect(worst).toBeLessThanOrEqual(1e-5 * Math.max(1, largest));
        },
      ),
      { numRuns: 30 },
    );
    await session.release();
  });

  it.each([
    ['another function', withConfig('bent', { activation: 'tanh' })],
    ['a function inside a convolution', withConfig('first', { activation: 'relu' })],
    ['strides', withConfig('first', { strides: [2, 2] })],
    ['holes', withConfig('first', { dilation_rate: [2, 2] })],
    ['joining along another axis', withConfig('joined', { axis: 1 })],
    ['smooth enlarging', withConfig('large', { interpolation: 'bilinear' })],
    ['an input of another size', withConfig('in', { batch_input_shape: [null, 64, 64, 3] })],
    [
      'another kind of layer',
      exampleLayers((layers: Layers) =>
        layers.map((layer) => (layer.name === 'bent' ? { ...layer, class_name: 'Lambda' } : layer)),
      ),
    ],
  ])('is refused for %s, by name', (_, file) => {
    expect(codeOf(() => read(file))).toBe('model-unsupported');
  });

  it('is refused when its layers or weights do not fit each other', () => {
    const [first = new Uint8Array(), second = new Uint8Array()] = exampleShards();
    const refused: (() => unknown)[] = [
      () => read(exampleLayers(), [first]),
      () => read(exampleLayers(), [first, second.subarray(0, second.length - 4)]),
      () => read(exampleLayers(), [first, Buffer.concat([second, Buffer.alloc(4)])]),
      () => read(withConfig('first', { filters: 5 })),
      () => read(exampleLayers((layers: Layers) => [...layers].reverse())),
      () => read(exampleLayers((layers: Layers) => [...layers, ...layers])),
      () => read(exampleLayers((layers: Layers) => layers.slice(0, 4))),
      () => read(Buffer.from('{')),
    ];
    expect(refused.map(codeOf)).toEqual(refused.map(() => 'model-malformed'));
  });

  it('is refused with a typed error, whatever bytes it is damaged to', () => {
    const file = exampleLayers();
    const codes = ['no error', 'model-malformed', 'model-unsupported'];
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (place, value) => {
        const damaged = Buffer.from(file);
        damaged[place] = value;
        expect(codes).toContain(codeOf(() => read(damaged)));
      }),
    );
  });
});
