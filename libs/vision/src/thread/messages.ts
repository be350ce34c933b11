import type { FaceObservation, I420Frame } from '@guise/frame';

import { VisionError, type VisionErrorCode } from '../errors.js';
import { ModelError, type ModelErrorCode } from '../registry/errors.js';
import type { PersonMask, TrackerOptions } from '../types.js';

/** What the thread is asked to do. The data of a frame is in shared memory. */
export type VisionCall =
  | { readonly kind: 'create-tracker'; readonly tracker: number; readonly options: TrackerOptions }
  | { readonly kind: 'reset'; readonly tracker: number }
  | {
      readonly kind: 'track';
      readonly tracker: number;
      readonly frame: I420Frame;
      readonly timestampMs: number;
    }
  | { readonly kind: 'detect-faces'; readonly frame: I420Frame }
  | { readonly kind: 'embed'; readonly frame: I420Frame; readonly face: FaceObservation }
  | { readonly kind: 'spoof-score'; readonly frame: I420Frame; readonly face: FaceObservation }
  | { readonly kind: 'segment-person'; readonly frame: I420Frame }
  | { readonly kind: 'close' };

/** What it answers; of `create-tracker`, `reset` and `close` nothing. */
export type VisionResult = readonly FaceObservation[] | Float32Array | number | PersonMask | null;

export interface VisionRequest {
  readonly id: number;
  readonly call: VisionCall;
}

/** Answers, by the number of the request; 0 says that the networks are open, or why they are not. */
export type VisionAnswer =
  | { readonly id: number; readonly result: VisionResult }
  | { readonly id: number; readonly failure: ToldFailure };

/** An error on its way between threads, where its class would be lost. */
export type ToldFailure =
  | { readonly kind: 'model'; readonly code: ModelErrorCode; readonly message: string }
  | { readonly kind: 'vision'; readonly code: VisionErrorCode; readonly message: string }
  | { readonly kind: 'other'; readonly message: string };

export function tellFailure(error: unknown): ToldFailure {
  if (error instanceof ModelError) return { kind: 'model', code: error.code, message: error.message };
  if (error instanceof VisionError) return { kind: 'vision', code: error.code, message: error.message };
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) };
}

export function hearFailure(failure: ToldFailure): Error {
  switch (failure.kind) {
    case 'model':
      return new ModelError(failure.code, failure.message);
    case 'vision':
      return new VisionError(failure.code, failure.message);
    case 'other':
      return new Error(failure.message);
  }
}
