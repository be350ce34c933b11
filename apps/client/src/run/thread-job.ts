import type { PictureSize } from '@guise/media';
import type { CameraWishes, MediaProgress, MediaReport, RealTimeMemory } from '@guise/runtime';
import type { LabelPosition } from '@guise/protocol';
import type { ClientConfig } from '../config.js';
import type { ExitName } from '../exit-codes.js';
import type { WearMode } from '../pipeline/index.js';
import type { WearTerms } from '../session/terms.js';

/** What the rendering thread is given; it trusts none of it more than the command line does, and verifies the permit itself. */
export interface ThreadJob {
  readonly memory: RealTimeMemory;
  readonly config: ClientConfig;
  readonly terms: WearTerms;
  /** The avatar's file: its hash is taken again where it is rendered. */
  readonly bundle: Uint8Array;
  readonly grant: {
    readonly permit: string;
    readonly session: string;
    readonly watermarkKey: Uint8Array;
    readonly chainSeed: Uint8Array;
    readonly chainLength: number;
  };
  readonly mode: WearMode;
  readonly camera: CameraWishes;
  readonly size: PictureSize;
  readonly framesPerSecond: number;
  readonly executionProviders: readonly string[];
  /** Path of a manifest of networks of the user's own. */
  readonly ownModels: string | null;
  /** Corner of the label; null: the first that the permit names. */
  readonly labelPosition: LabelPosition | null;
}

/** A failure on its way between threads, where classes do not survive. */
export interface ToldFailure {
  readonly exit: ExitName;
  readonly message: string;
  readonly advice: string | null;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly stack: string | null;
}

/** What the thread tells. Of a fault, in words: an error of any kind may not be cloneable. */
export type ThreadMessage =
  | { readonly type: 'progress'; readonly event: Exclude<MediaProgress, { readonly type: 'fault' }> }
  | { readonly type: 'fault'; readonly step: string; readonly failure: ToldFailure }
  | { readonly type: 'report'; readonly report: MediaReport }
  | { readonly type: 'failed'; readonly failure: ToldFailure };
