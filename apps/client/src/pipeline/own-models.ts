import { dirname } from 'node:path';
import { modelPolicyOf, type VerifiedPermit } from '@guise/permit';
import type { ModelEntry } from '@guise/protocol';
import { RenewalRefused, type PermitSource } from '@guise/runtime';
import {
  NEURAL_ROLES,
  openEnhancer,
  openFaceIdentity,
  openLandmarker,
  openModelRegistry,
  openSwapper,
  type FaceIdentity,
  type FaceSwapper,
  type Landmarker,
  type NeuralEnhancer,
  type NeuralRole,
} from '@guise/vision';
import { CliError } from '../cli-error.js';
import type { WearMode } from './wear-mode.js';

export interface OwnModelsWish {
  /** A manifest of the user's own (guise-models/1); its files lie beside it. */
  readonly manifestPath: string;
  readonly executionProviders: readonly string[];
  /** Says which networks the organisation lets run. */
  readonly permit: VerifiedPermit;
  readonly mode: WearMode;
}

/** Networks that did not come with the software, in the roles that their manifest gives them. */
export interface OwnModels {
  /** Draws overlays in the place of the built-in renderer. */
  readonly swapper: { readonly swapper: FaceSwapper; readonly identity: FaceIdentity } | null;
  readonly enhancer: NeuralEnhancer | null;
  /** Belongs to the vision it is handed to, which closes it. */
  readonly landmarker: Landmarker | null;
  /** Whether a later permit of the session lets all of them run on. */
  isAllowedBy(permit: VerifiedPermit): boolean;
  /** Closes what belongs to nobody else. */
  close(): Promise<void>;
}

export const NO_OWN_MODELS: OwnModels = {
  ...{ swapper: null, enhancer: null, landmarker: null },
  isAllowedBy: () => true,
  close: () => Promise.resolve(),
};

/**
 * Opens the user's own networks. What they draw is the avatar only if they are what they claim to be: so none is loaded that the
 * permit does not name by its hash, as the organisation's policy does.
 * @throws CliError `gateShut`, `badInput`; ModelError
 */
export async function openOwnModels(wish: OwnModelsWish): Promise<OwnModels> {
  const { manifestPath, executionProviders, permit, mode } = wish;
  const registry = await openModelRegistry({
    ...{ manifestPath, executionProviders, cacheDir: dirname(manifestPath) },
    policy: modelPolicyOf(permit),
  });
  const { manifest } = registry;
  requireAllowed(manifest.models, manifestPath, permit);
  const has = (role: NeuralRole): boolean => manifest.models.some((model) => model.role === role);
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((part) => part.close()));
  };
  try {
    const swaps = has('swapper') && mode === 'overlay';
    return {
      swapper: swaps
        ? {
            swapper: keep(await openSwapper(registry)),
            identity: keep(await openFaceIdentity(registry)),
          }
        : null,
      enhancer: has('enhancer') ? keep(await openEnhancer(registry)) : null,
      // Opened last: nothing after it can fail and leave it open.
      landmarker: has('landmarker') ? await openLandmarker(registry) : null,
      isAllowedBy: (later) => manifest.models.every((model) => refusalOf(model, later) === null),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Before any of them is read. */
function requireAllowed(models: readonly ModelEntry[], path: string, permit: VerifiedPermit): void {
  for (const model of models) {
    if (!NEURAL_ROLES.some((known) => known === model.role))
      throw new CliError(
        'badInput',
        `${path} has a network for ${model.role}, which is no role for one's own`,
        `Roles: ${NEURAL_ROLES.join(', ')}.`,
      );
    const refusal = refusalOf(model, permit);
    if (refusal !== null) throw new CliError('gateShut', refusal.message, refusal.advice);
  }
}

function refusalOf(
  { title, sha256, licence, licenceClass }: ModelEntry,
  permit: VerifiedPermit,
): { readonly message: string; readonly advice: string } | null {
  if (!permit.wear.own_models.includes(sha256))
    return {
      message: `the permit does not let ${title} run (SHA-256 ${sha256})`,
      advice:
        'Networks of one’s own need the organisation’s policy: two admins name their hashes in its ownModels.',
    };
  if (!modelPolicyOf(permit).licenceClasses.includes(licenceClass))
    return {
      message: `${title} is under ${licence} (${licenceClass}), which the permit does not allow`,
      advice: 'Use another network, or have the policy’s nonCommercialModels changed.',
    };
  return null;
}

/** A permit that no longer lets a loaded network run ends the session, as a refused renewal does. */
export function keepingTo(own: Promise<OwnModels>, source: PermitSource): PermitSource {
  return {
    ...source,
    renew: async () => {
      const permit = await source.renew();
      if ((await own).isAllowedBy(permit)) return permit;
      const cause = new Error('The new permit does not let the networks run that are in use.');
      throw new RenewalRefused('no-permit', { cause });
    },
  };
}
