import { convolve, joinChannels, relu, repeatPixels, sum, type Picture } from '../reference/layers-oracle.js';

/** A convolution of the example: name, kernel's height and width, channels in and out. */
type Spec = readonly [name: string, height: number, width: number, from: number, to: number];
const CONVOLUTIONS: readonly Spec[] = [
  ['first', 3, 3, 3, 4],
  ['grown', 3, 3, 4, 2],
  ['mixed', 1, 1, 6, 4],
  ['narrow', 3, 5, 4, 3],
  ['last', 3, 3, 3, 3],
];
const NARROW_IS_VALID = 'narrow';

/** Numbers between −½ and ½ that look like none in particular. */
const number = (i: number): number => Math.fround(((i * 2_654_435_761) % 1_000_003) / 1_000_003 - 0.5);

const weightsOf = ([, height, width, from, to]: Spec, seed: number) => ({
  kernel: Float32Array.from({ length: height * width * from * to }, (_, i) => number(i + seed)),
  bias: Float32Array.from({ length: to }, (_, i) => number(i + seed + 7)),
});

const layer = (type: string, name: string, inputs: readonly string[], config: object) => ({
  ...{ class_name: type, name, config: { name, ...config } },
  inbound_nodes: inputs.length === 0 ? [] : [inputs.map((from) => [from, 0, 0, {}])],
});

const convolution = (name: string, input: string) => {
  const [, height = 1, width = 1, , filters = 1] = CONVOLUTIONS.find(([of]) => of === name) ?? [];
  return layer('Conv2D', name, [input], {
    ...{ filters, kernel_size: [height, width], strides: [1, 1], dilation_rate: [1, 1], groups: 1 },
    padding: name === NARROW_IS_VALID ? 'valid' : 'same',
    ...{ data_format: 'channels_last', activation: 'linear', use_bias: true },
  });
};

/** `model.json` of a small network with one of every layer that the converter takes; `change` is made to the layers. */
export function exampleLayers(change: (layers: ReturnType<typeof layer>[]) => unknown = (same) => same) {
  const layers = [
    layer('InputLayer', 'in', [], { batch_input_shape: [null, null, null, 3] }),
    convolution('first', 'in'),
    convolution('grown', 'first'),
    layer('Activation', 'bent', ['grown'], { activation: 'relu' }),
    layer('Concatenate', 'joined', ['first', 'bent'], { axis: 3 }),
    convolution('mixed', 'joined'),
    layer('Add', 'added', ['mixed', 'first'], {}),
    convolution('narrow', 'added'),
    layer('UpSampling2D', 'large', ['narrow'], {
      ...{ size: [2, 3], data_format: 'channels_last', interpolation: 'nearest' },
    }),
    convolution('last', 'large'),
  ];
  const weights = CONVOLUTIONS.flatMap(([name, height, width, from, to]) => [
    { name: `${name}/kernel`, shape: [height, width, from, to], dtype: 'float32' },
    { name: `${name}/bias`, shape: [to], dtype: 'float32' },
  ]);
  const config = {
    ...{ name: 'example', layers: change(layers) },
    ...{ input_layers: [['in', 0, 0]], output_layers: [['last', 0, 0]] },
  };
  return Buffer.from(
    JSON.stringify({
      ...{ format: 'layers-model', generatedBy: 'test' },
      modelTopology: { model_config: { class_name: 'Functional', config } },
      weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights }],
    }),
  );
}

/** Its weights in two files, cut where a number is. */
export function exampleShards(): readonly Uint8Array[] {
  const all = CONVOLUTIONS.flatMap((spec, seed) => {
    const { kernel, bias } = weightsOf(spec, seed);
    return [...kernel, ...bias];
  });
  const bytes = Buffer.from(Float32Array.from(all).buffer);
  return [bytes.subarray(0, 101), bytes.subarray(101)];
}

/** What the network is, written out. */
export function exampleOracle(input: Picture): Picture {
  const apply = (name: string, picture: Picture): Picture => {
    const seed = CONVOLUTIONS.findIndex(([of]) => of === name);
    const spec = CONVOLUTIONS[seed];
    if (!spec) throw new RangeError(`no convolution ${name}`);
    const { kernel, bias } = weightsOf(spec, seed);
    const [, height, width, from, to] = spec;
    const padding = name === NARROW_IS_VALID ? 'valid' : 'same';
    return convolve(picture, { shape: [height, width, from, to], values: kernel }, bias, padding);
  };
  const first = apply('first', input);
  const joined = joinChannels([first, relu(apply('grown', first))]);
  const added = sum(apply('mixed', joined), first);
  return apply('last', repeatPixels(apply('narrow', added), [2, 3]));
}
