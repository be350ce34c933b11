import { GraphBuilder } from '../onnx/graph-builder.js';
import { encodeOnnx } from '../onnx/model.js';

const SWAPPER_SIDE = 128;
const IDENTITY = 512;

/**
 * Not a face swapper: a graph of a few operators with the contract of one (inswapper_128), to prove that the port works. It mixes the crop
 * with a colour that depends on the identity, half and half: output = target / 2 + sigmoid(source · W) / 2.
 */
export function contractSwapper(): Uint8Array {
  const graph = new GraphBuilder();
  const weights = Float32Array.from({ length: IDENTITY * 3 }, (_, i) => 8 * Math.sin(i + 1));
  const half = graph.scalar(0.5);
  const tint = graph.node('Sigmoid', [
    graph.node('MatMul', ['source', graph.floats(weights, [IDENTITY, 3])]),
  ]);
  const colour = graph.node('Reshape', [tint, graph.integers([1, 3, 1, 1])]);
  const parts = [graph.node('Mul', ['target', half]), graph.node('Mul', [colour, half])];
  graph.node('Add', parts, {}, 'output');
  const picture = [1, 3, SWAPPER_SIDE, SWAPPER_SIDE];
  return encodeOnnx(
    graph.finish(
      'contract-swapper',
      [
        { name: 'target', shape: picture },
        { name: 'source', shape: [1, IDENTITY] },
      ],
      [{ name: 'output', shape: picture }],
    ),
  );
}

/** Not a face recogniser: the mean of the crop's colours, mixed into 512 values, with the contract of one. */
export function contractIdentity(): Uint8Array {
  const graph = new GraphBuilder();
  const weights = Float32Array.from({ length: IDENTITY * 3 }, (_, i) => Math.cos(i + 1));
  const mean = graph.node('ReduceMean', ['input', graph.integers([2, 3])], { keepdims: { int: 0 } });
  graph.node('MatMul', [mean, graph.floats(weights, [3, IDENTITY])], {}, 'embedding');
  return encodeOnnx(
    graph.finish(
      'contract-identity',
      [{ name: 'input', shape: [1, 3, 112, 112] }],
      [{ name: 'embedding', shape: [1, IDENTITY] }],
    ),
  );
}

/** Not a restorer: negates its picture, with the contract of one. */
export function contractEnhancer(): Uint8Array {
  const graph = new GraphBuilder();
  graph.node('Neg', ['input'], {}, 'output');
  const shape = [1, 3, 512, 512];
  return encodeOnnx(
    graph.finish('contract-enhancer', [{ name: 'input', shape }], [{ name: 'output', shape }]),
  );
}

/** Not a landmarker: gives these points, whatever it is shown, with the contract of one. */
export function contractLandmarker(points: Float32Array): Uint8Array {
  const graph = new GraphBuilder();
  const mean = graph.node('ReduceMean', ['input', graph.integers([1, 2, 3])], { keepdims: { int: 0 } });
  const nothing = graph.node('Mul', [mean, graph.scalar(0)]);
  const score = graph.node('Reshape', [nothing, graph.integers([1, 1])]);
  graph.node('Add', [score, graph.scalar(4)], {}, 'score');
  const zero = graph.node('Reshape', [nothing, graph.integers([1, 1, 1])]);
  graph.node('Add', [graph.floats(points, [1, points.length / 3, 3]), zero], {}, 'landmarks');
  return encodeOnnx(
    graph.finish(
      'contract-landmarker',
      [{ name: 'input', shape: [1, 192, 192, 3] }],
      [
        { name: 'landmarks', shape: [1, points.length / 3, 3] },
        { name: 'score', shape: [1, 1] },
      ],
    ),
  );
}
