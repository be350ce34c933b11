/**
 * The layers of a TensorFlow.js layers model as plain scalar code in double precision, each by its own definition (Keras' documentation):
 * slow, readable, and what the ONNX form has to equal. Batch 1, NHWC.
 */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float64Array;
}

interface Kernel {
  /** Height, width, channels in, channels out. */
  readonly shape: readonly [number, number, number, number];
  readonly values: ArrayLike<number>;
}

const picture = (height: number, width: number, channels: number): Picture => ({
  ...{ height, width, channels },
  values: new Float64Array(height * width * channels),
});

/** Zeros around the picture when `same`, for kernels of odd sides. */
export function convolve(
  input: Picture,
  { shape: [kernelHeight, kernelWidth, , filters], values: kernel }: Kernel,
  bias: ArrayLike<number>,
  padding: 'same' | 'valid',
): Picture {
  const [above, before] = padding === 'same' ? [(kernelHeight - 1) / 2, (kernelWidth - 1) / 2] : [0, 0];
  const cut = padding === 'same' ? [0, 0] : [kernelHeight - 1, kernelWidth - 1];
  const output = picture(input.height - (cut[0] ?? 0), input.width - (cut[1] ?? 0), filters);
  let to = 0;
  for (let y = 0; y < output.height; y++)
    for (let x = 0; x < output.width; x++)
      for (let filter = 0; filter < filters; filter++) {
        let sum = bias[filter] ?? NaN;
        for (let i = 0; i < kernelHeight; i++)
          for (let j = 0; j < kernelWidth; j++)
            for (let c = 0; c < input.channels; c++)
              sum +=
                at(input, y + i - above, x + j - before, c) *
                (kernel[((i * kernelWidth + j) * input.channels + c) * filters + filter] ?? NaN);
        output.values[to++] = sum;
      }
  return output;
}

function at({ height, width, channels, values }: Picture, y: number, x: number, c: number): number {
  if (y < 0 || x < 0 || y >= height || x >= width) return 0;
  return values[(y * width + x) * channels + c] ?? NaN;
}

export const relu = (input: Picture): Picture => ({
  ...input,
  values: input.values.map((value) => Math.max(0, value)),
});

export const sum = (a: Picture, b: Picture): Picture => ({
  ...a,
  values: a.values.map((value, i) => value + (b.values[i] ?? NaN)),
});

export function joinChannels(inputs: readonly Picture[]): Picture {
  const { height = 0, width = 0 } = inputs[0] ?? {};
  const values: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (const input of inputs) for (let c = 0; c < input.channels; c++) values.push(at(input, y, x, c));
  const channels = inputs.reduce((total, input) => total + input.channels, 0);
  return { height, width, channels, values: Float64Array.from(values) };
}

export function repeatPixels(input: Picture, [vertical, horizontal]: readonly [number, number]): Picture {
  const output = picture(input.height * vertical, input.width * horizontal, input.channels);
  let to = 0;
  for (let y = 0; y < output.height; y++)
    for (let x = 0; x < output.width; x++)
      for (let c = 0; c < input.channels; c++)
        output.values[to++] = at(input, Math.floor(y / vertical), Math.floor(x / horizontal), c);
  return output;
}
