import type { SecondObservation } from '@guise/verification';

/** What a session left for comparison: the evidence of its epochs and the keys that are public. */
export interface SessionEvidence {
  readonly number: number;
  /** Size of the frames as they were marked. */
  readonly frame: { readonly width: number; readonly height: number };
  /** Latest disclosed epoch key; it opens all earlier ones. */
  readonly disclosed: { readonly epoch: number; readonly key: Uint8Array } | null;
  readonly epochs: readonly { readonly epoch: number; readonly fingerprints: readonly Uint8Array[] }[];
}

/** Finds the evidence of a session by the number in a mark; null when no such session was opened. */
export type EvidenceLookup = (sessionNumber: number) => Promise<SessionEvidence | null>;

/** One second of the material, with the detector's certainty. */
export interface SecondReading extends SecondObservation {
  /** log10 of the probability that unmarked material looks like this; null when no mark was found. */
  readonly confidenceLog10: number | null;
}

/** What was read of the material, and how much of it there is. */
export interface MediaReading {
  /** In order. Of long material not every second is here: only these were looked at. */
  readonly seconds: readonly SecondReading[];
  /** Length of the material; null when it does not tell. A still picture has one second. */
  readonly materialSeconds: number | null;
}

/** What is to be read of some material. */
export interface Task {
  readonly path: string;
  /** Where long material is looked at (`surveyMedia`): drawn anew for each submission, so that nobody can prepare for it. */
  readonly seed: number;
  /** Every second is read, however many there are. */
  readonly whole: boolean;
}

/** How far the reading of some material has come. */
export interface ReadingProgress {
  readonly secondsRead: number;
  readonly materialSeconds: number | null;
}

export type ProgressListener = (progress: ReadingProgress) => void;

/** Why material could not be analysed. */
export type AnalystErrorCode = 'unreadable' | 'too-large' | 'too-slow' | 'too-heavy' | 'busy' | 'failed';

export class AnalystError extends Error {
  override readonly name = 'AnalystError';
  constructor(
    readonly code: AnalystErrorCode,
    /** For the person who sent the file; free of paths and internals. */
    readonly advice: string,
  ) {
    super(code);
  }
}

/** Reads marks out of a picture or clip and compares it with the evidence, second by second. */
export abstract class MediaAnalyst {
  /** @throws AnalystError */
  abstract analyse(task: Task, lookup: EvidenceLookup, listener?: ProgressListener): Promise<MediaReading>;
}
