import { z } from 'zod';
import { sha256Hex } from './ids.js';

/**
 * The form in which a neural network enters Guise: where its file comes from, what it may be used for, and the SHA-256 that
 * decides whether it is loaded. `models/manifest.json` holds the built-in ones; a user's own model brings its own manifest.
 * Limits stand here because a manifest is read before anything in it is trusted.
 */

/** What the licence of the weights allows. An organisation's policy names the classes it accepts. */
export const licenceClass = z.enum(['permissive', 'copyleft', 'non-commercial', 'proprietary']);
export type LicenceClass = z.infer<typeof licenceClass>;

/**
 * What is known of the data the weights were trained on; the licence says nothing about that.
 * `described`: the publisher describes it. `contested`: a collection that its publisher withdrew or that was gathered without
 * the consent of the people in it. `undisclosed`: nobody says.
 */
export const trainingData = z.enum(['described', 'contested', 'undisclosed']);
export type TrainingData = z.infer<typeof trainingData>;

/** A path below some folder, with forward slashes and without steps upward or hidden parts. */
const relativePath = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/,
    'expected a path like folder/file.ext',
  );
const fileName = relativePath.refine((path) => !path.includes('/'), 'expected a file name without folders');

const prose = (maxLength: number) => z.string().min(1).max(maxLength);

/** One npm tarball, pinned by version and content. */
export const packagePin = z.strictObject({
  package: z
    .string()
    .max(214)
    .regex(/^(@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9-][a-z0-9._-]*$/, 'expected an npm package name'),
  version: z
    .string()
    .max(64)
    .regex(/^\d+\.\d+\.\d+[0-9A-Za-z.+-]*$/, 'expected an exact version'),
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/, 'expected an npm sha512 integrity'),
});
export type PackagePin = z.infer<typeof packagePin>;

/** An ONNX file is one Protocol Buffers message: below 2 GiB. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;
const fileBytes = z.int().min(1).max(MAX_MODEL_BYTES);

export const modelSource = packagePin.extend({
  /** File inside the tarball. */
  file: relativePath,
  /** When `file` is an Emscripten data archive: the script that lists its entries, and the entry to cut out. */
  packed: z.strictObject({ table: relativePath, entry: z.string().min(1).max(200) }).optional(),
  /** When `file` describes layers only: the files with their weights, in the order in which it names them. */
  weights: z
    .array(z.strictObject({ file: relativePath, sha256: sha256Hex }))
    .min(1)
    .max(16)
    .optional(),
  /** Of the model file as published (after cutting it out). */
  sha256: sha256Hex,
});
export type ModelSource = z.infer<typeof modelSource>;

/** A float32 tensor. `batch` is a dimension that the caller chooses. */
export const modelTensor = z.strictObject({
  name: z.string().min(1).max(100),
  shape: z
    .array(z.union([z.int().min(1).max(65_536), z.literal('batch')]))
    .min(1)
    .max(8),
  /** Layout, units, order and normalisation: everything needed to fill or read it. */
  meaning: prose(1_000),
});
export type ModelTensor = z.infer<typeof modelTensor>;

export const modelRole = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected a role like face-embedding');

export const modelEntry = z.strictObject({
  role: modelRole,
  title: prose(120),
  /** The ONNX file in the model cache. */
  file: fileName.refine((name) => name.endsWith('.onnx'), 'expected a file name ending in .onnx'),
  sha256: sha256Hex,
  bytes: fileBytes,
  source: modelSource,
  /** How the published file becomes ONNX. `none`: it is ONNX already. `layers`: a layers model of TensorFlow.js. */
  converter: z.enum(['none', 'tflite', 'layers']),
  /** Licence of the weights as published: SPDX identifier. */
  licence: z.string().min(1).max(64),
  licenceClass,
  trainingData,
  trainingDataNote: prose(600),
  credit: prose(400),
  inputs: z.array(modelTensor).min(1).max(8),
  outputs: z.array(modelTensor).min(1).max(16),
});
export type ModelEntry = z.infer<typeof modelEntry>;

/** Sample recordings for demo and tests: fetched where they are used, never redistributed. */
export const mediaEntry = packagePin.extend({
  licence: z.string().min(1).max(64),
  licenceNote: prose(600),
  credit: prose(400),
  files: z
    .array(
      z.strictObject({
        path: relativePath,
        file: fileName,
        sha256: sha256Hex,
        bytes: fileBytes,
        shows: prose(200),
      }),
    )
    .min(1)
    .max(64),
});
export type MediaEntry = z.infer<typeof mediaEntry>;

const distinct = <T>(items: readonly T[], key: (item: T) => string) =>
  new Set(items.map(key)).size === items.length;

export const modelManifest = z.strictObject({
  format: z.literal('guise-models/1'),
  models: z
    .array(modelEntry)
    .max(64)
    .refine((models) => distinct(models, (model) => model.role), 'two models have the same role')
    .refine((models) => distinct(models, (model) => model.file), 'two models have the same file'),
  media: z
    .array(mediaEntry)
    .max(16)
    .refine(
      (media) =>
        distinct(
          media.flatMap((entry) => entry.files),
          (item) => item.file,
        ),
      'two media files have the same name',
    ),
});
export type ModelManifest = z.infer<typeof modelManifest>;

/** Which models an organisation lets its runtimes load. */
export const modelPolicy = z.strictObject({
  licenceClasses: z.array(licenceClass),
  trainingData: z.array(trainingData),
});
export type ModelPolicy = z.infer<typeof modelPolicy>;

/**
 * Permissive licences only. All three training-data classes: no face-identity network with uncontested data can be had today,
 * so refusing them means running without the wearer check; an organisation that wants that can say so.
 */
export const DEFAULT_MODEL_POLICY: ModelPolicy = {
  licenceClasses: ['permissive'],
  trainingData: ['described', 'contested', 'undisclosed'],
};
