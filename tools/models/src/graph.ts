/**
 * The network between reading and writing: tensors by number, operators in execution order, everything typed, shapes static.
 * Picture tensors are laid out NHWC, as TFLite has them.
 */
export interface Graph {
  readonly tensors: readonly Tensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly Operator[];
}

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Present when the tensor is a weight, not a computed value. */
  readonly constant?: Float32Array | Int32Array;
}

type Pair = readonly [vertical: number, horizontal: number];
export type Padding = 'same' | 'valid';

export interface Convolution {
  readonly kind: 'convolution';
  readonly input: number;
  /** OHWI; depthwise: 1HWC with one filter per channel. */
  readonly filter: number;
  readonly bias: number;
  readonly depthwise: boolean;
  readonly padding: Padding;
  readonly strides: Pair;
  readonly output: number;
}

export interface MaxPool {
  readonly kind: 'max-pool';
  readonly input: number;
  readonly padding: Padding;
  readonly strides: Pair;
  readonly window: Pair;
  readonly output: number;
}

export interface Unary {
  readonly kind: 'unary';
  readonly compute: 'relu' | 'abs' | 'logistic' | 'hard-swish';
  readonly input: number;
  readonly output: number;
}

export interface Binary {
  readonly kind: 'binary';
  readonly compute: 'add' | 'subtract' | 'multiply';
  readonly inputs: readonly [number, number];
  readonly output: number;
}

export interface ParametricRelu {
  readonly kind: 'prelu';
  readonly input: number;
  /** Negative slope per channel, shape [..., C]. */
  readonly slope: number;
  readonly output: number;
}

export interface Pad {
  readonly kind: 'pad';
  readonly input: number;
  /** Zeros before and after, per dimension. */
  readonly amounts: readonly (readonly [before: number, after: number])[];
  readonly output: number;
}

export interface SpatialMean {
  readonly kind: 'spatial-mean';
  readonly input: number;
  readonly output: number;
}

export interface Resize {
  readonly kind: 'resize-bilinear';
  readonly input: number;
  readonly size: Pair;
  readonly output: number;
}

/** Every pixel becomes a block of itself. */
export interface Repeat {
  readonly kind: 'repeat-pixels';
  readonly input: number;
  readonly factors: Pair;
  readonly output: number;
}

export interface Reshape {
  readonly kind: 'reshape';
  readonly input: number;
  readonly output: number;
}

export interface Concatenation {
  readonly kind: 'concatenation';
  readonly inputs: readonly number[];
  readonly axis: number;
  readonly output: number;
}

export interface Slice {
  readonly kind: 'slice';
  readonly input: number;
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly output: number;
}

/** Transposed convolution whose stride equals its kernel, with bias. */
export interface TransposedConvolution {
  readonly kind: 'transposed-convolution';
  readonly input: number;
  /** OHWI. */
  readonly filter: number;
  readonly bias: number;
  readonly strides: Pair;
  readonly output: number;
}

/** The transform that puts a part of a face (an eye, the lips) upright into a small square. */
export interface LandmarksToTransform {
  readonly kind: 'landmarks-to-transform';
  readonly input: number;
  readonly rotationFrom: number;
  readonly rotationTo: number;
  readonly subset: readonly number[];
  readonly scale: Pair;
  readonly outputSize: Pair;
  readonly output: number;
}

/** Samples a picture through a transform: zero outside of it. */
export interface TransformPicture {
  readonly kind: 'transform-picture';
  readonly input: number;
  readonly transform: number;
  readonly outputSize: Pair;
  readonly output: number;
}

/** Takes points found in the small square back to the picture. */
export interface TransformPoints {
  readonly kind: 'transform-points';
  readonly input: number;
  readonly transform: number;
  readonly output: number;
}

export type Operator =
  | Convolution
  | MaxPool
  | Unary
  | Binary
  | ParametricRelu
  | Pad
  | SpatialMean
  | Resize
  | Repeat
  | Reshape
  | Concatenation
  | Slice
  | TransposedConvolution
  | LandmarksToTransform
  | TransformPicture
  | TransformPoints;

/** The tensor of that number. */
export function tensorAt(graph: Pick<Graph, 'tensors'>, index: number): Tensor {
  const tensor = graph.tensors[index];
  if (!tensor) throw new RangeError(`no tensor ${index}`);
  return tensor;
}

/** Number of elements of a shape. */
export const elements = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
