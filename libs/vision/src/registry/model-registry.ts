import type { ModelEntry, ModelManifest, ModelPolicy } from '@guise/protocol';
import { DEFAULT_MODEL_POLICY } from '@guise/protocol';
import { InferenceSession } from 'onnxruntime-node';
import { ModelError } from './errors.js';
import { knownExecutionProviders, onnxName, requireExecutionProviders } from './execution-providers.js';
import { readManifestFile } from './manifest-file.js';
import type { VerifiedBytes } from './verified-bytes.js';
import { readVerified } from './verified-bytes.js';

export interface ModelRegistryOptions {
  /** `models/manifest.json`, or a user's own manifest. */
  readonly manifestPath: string;
  /** Where `npm run models` puts the ONNX files. */
  readonly cacheDir: string;
  /** What the organisation allows; the default takes permissive licences only. */
  readonly policy?: ModelPolicy;
  /** In order of preference: cpu, cuda, coreml, directml, openvino, webgpu …; the default is `['cpu']`. */
  readonly executionProviders?: readonly string[];
}

export interface ModelRegistry {
  /** What it was opened with: another thread opens its own from them. */
  readonly options: ModelRegistryOptions;
  readonly manifest: ModelManifest;
  /** @throws ModelError `role-unknown` */
  describe(role: string): ModelEntry;
  /**
   * Opens a new session on the model of that role. Policy and SHA-256 are checked each time. The caller releases it.
   * @throws ModelError
   */
  session(role: string): Promise<InferenceSession>;
}

/** Opens the registry of the models that a manifest names. Nothing is loaded yet. */
export async function openModelRegistry(options: ModelRegistryOptions): Promise<ModelRegistry> {
  const wanted = options.executionProviders ?? ['cpu'];
  requireExecutionProviders(wanted);
  const executionProviders = wanted.map(onnxName);
  const manifest = await readManifestFile(options.manifestPath);
  const policy = options.policy ?? DEFAULT_MODEL_POLICY;
  const describe = (role: string) => findModel(manifest, role);

  return {
    options,
    manifest,
    describe,
    session: async (role) => {
      const entry = describe(role);
      requireAllowed(entry, policy);
      const bytes = await readVerified(entry, options.cacheDir);
      return openSession(entry, bytes, executionProviders);
    },
  };
}

function findModel(manifest: ModelManifest, role: string): ModelEntry {
  const entry = manifest.models.find((model) => model.role === role);
  if (entry) return entry;
  const roles = manifest.models.map((model) => model.role).join(', ');
  throw new ModelError('role-unknown', `The manifest has no model for ${role}. It has: ${roles}.`);
}

/** The organisation's decision comes before any byte of the model is read. */
function requireAllowed(entry: ModelEntry, policy: ModelPolicy): void {
  const advice = 'Use another model for this role, or have the policy changed.';
  if (!policy.licenceClasses.includes(entry.licenceClass)) {
    throw new ModelError(
      'licence-refused',
      `${entry.title} is under ${entry.licence} (${entry.licenceClass}), which the policy does not allow. ${advice}`,
    );
  }
  if (!policy.trainingData.includes(entry.trainingData)) {
    throw new ModelError(
      'training-data-refused',
      `The training data of ${entry.title} is ${entry.trainingData}, which the policy does not allow. ${advice}`,
    );
  }
}

async function openSession(
  entry: ModelEntry,
  bytes: VerifiedBytes,
  executionProviders: readonly string[],
): Promise<InferenceSession> {
  const session = await createSession(entry, bytes, executionProviders);
  if (
    tensorsMatch(session.inputMetadata, entry.inputs) &&
    tensorsMatch(session.outputMetadata, entry.outputs)
  ) {
    return session;
  }
  await session.release();
  throw new ModelError('model-unusable', `${entry.file} has other inputs or outputs than its manifest says.`);
}

async function createSession(
  entry: ModelEntry,
  bytes: VerifiedBytes,
  executionProviders: readonly string[],
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      executionProviders,
      // One thread per session, and no spinning: a meeting client shares the machine with the meeting.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
      logSeverityLevel: 3,
    });
  } catch (error) {
    const accelerated = executionProviders.filter((name) => name !== 'cpu');
    if (accelerated.length === 0) {
      throw new ModelError('model-unusable', `ONNX Runtime refuses ${entry.file}.`, { cause: error });
    }
    throw new ModelError(
      'provider-absent',
      `The execution provider ${accelerated.join(', ')} did not start on this machine: no device or no driver. ` +
        `Known here: ${knownExecutionProviders().join(', ')}; cpu always works.`,
      { cause: error },
    );
  }
}

/** Same names, same types, same sizes where the file states them. */
function tensorsMatch(
  found: readonly InferenceSession.ValueMetadata[],
  expected: ModelEntry['inputs'],
): boolean {
  return (
    found.length === expected.length &&
    expected.every((tensor) => {
      const match = found.find(({ name }) => name === tensor.name);
      if (!match?.isTensor || match.type !== 'float32' || match.shape.length !== tensor.shape.length)
        return false;
      return tensor.shape.every((size, i) =>
        size === 'batch' ? typeof match.shape[i] === 'string' : size === match.shape[i],
      );
    })
  );
}
