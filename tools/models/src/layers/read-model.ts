import { malformed, unsupported } from '../errors.js';
import type { Graph, Operator, Tensor } from '../graph.js';
import { parseLayersModel, readWeights } from './format.js';
import { readLayer } from './read-layer.js';

/**
 * Reads a TensorFlow.js layers model (Keras' functional form) of pictures: float32, one input, one output. Such a network takes pictures
 * of any size; the graph is made for one.
 * @param shards the files with its weights, in the order in which `file` names them
 * @param inputShape NHWC
 * @throws ModelToolError `model-malformed` for bytes that are not such a model, `model-unsupported` for one beyond the converter
 */
export function readLayers(
  file: Uint8Array,
  shards: readonly Uint8Array[],
  inputShape: readonly number[],
): Graph {
  const model = parseLayersModel(file);
  const weights = readWeights(model, shards);
  const { layers, input_layers: inputs, output_layers: outputs } = model.modelTopology.model_config.config;
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const made = new Map<string, number>();
  const add = (tensor: Tensor): number => tensors.push(tensor) - 1;
  const numberOf = (name: string): number => {
    const found = made.get(name);
    if (found === undefined) throw malformed(`"${name}" is used before it is computed`);
    return found;
  };
  for (const layer of layers) {
    if (made.has(layer.name)) throw malformed(`two layers are called "${layer.name}"`);
    if (layer.class_name === 'InputLayer') {
      requireInput(layer.config.batch_input_shape, inputShape);
      made.set(layer.name, add({ name: layer.name, shape: inputShape }));
      continue;
    }
    const { operator, output } = readLayer(layer, {
      inputs: (layer.inbound_nodes[0] ?? []).map(([name]) => numberOf(name)),
      shapeOf: (tensor) => tensors[tensor]?.shape ?? [],
      weight: (name) => {
        const found = weights.get(name);
        if (!found) throw malformed(`the weights "${name}" are missing`);
        return found;
      },
      add,
    });
    operators.push(operator);
    made.set(layer.name, output);
  }
  return {
    tensors,
    inputs: inputs.map(([name]) => numberOf(name)),
    outputs: outputs.map(([name]) => numberOf(name)),
    operators,
  };
}

/** What the model leaves open, the manifest says; what it says, the manifest must say, too. */
function requireInput(stated: unknown, wanted: readonly number[]): void {
  const fits =
    Array.isArray(stated) &&
    stated.length === 4 &&
    wanted.length === 4 &&
    stated.every((size: unknown, i) => size === null || size === wanted[i]);
  if (!fits) throw unsupported(`an input of ${wanted.join('×')} into this model`);
}
