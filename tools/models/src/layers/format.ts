import { z } from 'zod';
import { malformed } from '../errors.js';

/** Far above any network of pictures, low enough that a wrong file cannot make the reader work for long. */
const MAX_JSON_BYTES = 1024 * 1024;
const MAX_LAYERS = 1_024;
const MAX_WEIGHTS = 64 * 1024 * 1024;

const name = z.string().min(1).max(200);
/** Layer, its node and output (both 0: no layer is used twice), and the call's arguments. */
const reference = z.tuple([name, z.literal(0), z.literal(0)]).rest(z.unknown());
const layer = z.object({
  class_name: name,
  name,
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.array(reference).min(1).max(64)).max(1),
});
const weight = z.object({
  name,
  shape: z.array(z.int().min(1).max(65_536)).max(4),
  dtype: z.literal('float32'),
});
const layersModel = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.object({
    model_config: z.object({
      class_name: z.enum(['Functional', 'Model']),
      config: z.object({
        layers: z.array(layer).min(2).max(MAX_LAYERS),
        input_layers: z.tuple([reference]),
        output_layers: z.tuple([reference]),
      }),
    }),
  }),
  weightsManifest: z.tuple([
    z.object({ paths: z.array(name).min(1).max(16), weights: z.array(weight).max(2 * MAX_LAYERS) }),
  ]),
});
export type LayersModel = z.infer<typeof layersModel>;
export type Layer = z.infer<typeof layer>;
export type WeightSpec = z.infer<typeof weight>;

/** Reads `model.json` of a TensorFlow.js layers model. @throws ModelToolError `model-malformed` */
export function parseLayersModel(file: Uint8Array): LayersModel {
  if (file.length > MAX_JSON_BYTES) throw malformed('the description of the layers is too large');
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(file).toString('utf8'));
  } catch (error) {
    throw malformed('the description of the layers is not JSON', error);
  }
  const parsed = layersModel.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw malformed(`${first?.path.join('.') ?? ''}: ${first?.message ?? 'unreadable'}`, parsed.error);
}

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Cuts the named weights out of the shards: little-endian float32, one after another in the order of the list.
 * @throws ModelToolError `model-malformed` unless they fill the shards exactly
 */
export function readWeights(
  { weightsManifest: [{ paths, weights }] }: LayersModel,
  shards: readonly Uint8Array[],
): ReadonlyMap<string, Weight> {
  if (shards.length !== paths.length)
    throw malformed(`its weights lie in ${paths.length} files, not ${shards.length}`);
  const bytes = Buffer.concat(shards);
  if (bytes.length > 4 * MAX_WEIGHTS) throw malformed('more weights than any face network has');
  const found = new Map<string, Weight>();
  let at = 0;
  for (const { name: of, shape } of weights) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (at + 4 * count > bytes.length) throw malformed(`the weights of "${of}" end too early`);
    if (found.has(of)) throw malformed(`the weights of "${of}" come twice`);
    const values = Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(at + 4 * i));
    found.set(of, { shape, values });
    at += 4 * count;
  }
  if (at !== bytes.length) throw malformed(`${bytes.length - at} bytes of weights belong to no layer`);
  return found;
}
