import type { VerifiedPermit } from '@guise/permit';
import { createVision, openVisionThread, type ModelRegistry, type Vision } from '@guise/vision';
import { NO_OWN_MODELS, openOwnModels, type OwnModels } from './own-models.js';
import type { WearMode } from './wear-mode.js';

export interface NetworksWish {
  /** The built-in ones. */
  readonly registry: ModelRegistry;
  /** Path of a manifest of the user's own; null: none. */
  readonly ownModels: string | null;
  readonly permit: VerifiedPermit;
  readonly mode: WearMode;
  /** The built-in ones in a thread of their own: they look at the next frame while this one is drawn. */
  readonly inOwnThread: boolean;
}

/** The networks of one session, while they are opened. What a promise rejects with is heard where it is waited for. */
export interface Networks {
  readonly vision: Promise<Vision>;
  readonly own: Promise<OwnModels>;
  /** Waits for what is still being opened. Never rejects. */
  close(): Promise<void>;
}

/** Begins to open them: they load while the avatar is prepared. Promises reject with ModelError, CliError. */
export function openNetworks({ registry, ownModels, permit, mode, inOwnThread }: NetworksWish): Networks {
  const { executionProviders = ['cpu'] } = registry.options;
  const own =
    ownModels === null
      ? Promise.resolve(NO_OWN_MODELS)
      : openOwnModels({ manifestPath: ownModels, executionProviders, permit, mode });
  const vision = own.then(({ landmarker }) => {
    // One's own landmarker belongs to this thread, and so does what works with it.
    const here = { registry, opensEmbedder: true };
    if (landmarker !== null) return createVision({ ...here, landmarker });
    return inOwnThread ? openVisionThread(registry.options) : createVision(here);
  });
  const networks = [vision, own];
  for (const opening of networks) opening.catch(() => undefined);
  return {
    vision,
    own,
    async close() {
      await Promise.allSettled(networks.map(async (opening) => (await opening).close()));
    },
  };
}
