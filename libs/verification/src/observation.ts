import type { Outline } from 'invisible-watermark-ts';
import type { PictureMatch } from './picture-match.js';

/** What the detector saw in one second of the submitted material. */
export interface SecondObservation {
  /** Second of the file, from 0. */
  readonly second: number;
  /** Its marked pictures, the clearest first: one as a rule, several in a gallery view, none where no mark was found. */
  readonly marks: readonly MarkObservation[];
  /** Share of the frame that they fill together (`shareOf`), the least of its frames; null where nothing was found. */
  readonly share: number | null;
  /** Of a second without a readable mark: what it shows of the session read before it; null when nothing. */
  readonly trace: Trace | null;
}

/** One marked picture in a second. */
export interface MarkObservation {
  /** Session number of the mark. */
  readonly session: number;
  /** Epoch that the mark names, settled against the evidence; null when it could not be read. */
  readonly epoch: number | null;
  /** z-score of the epoch tag under the disclosed key; null while the key is secret. */
  readonly epochTagZ: number | null;
  /** Its frames, each compared with the recorded picture nearest to it; empty when there is nothing to compare with. */
  readonly pictures: readonly PictureMatch[];
  /** Its corners in the frame, in widths and heights of the frame. */
  readonly region: Outline;
}

/** A second whose mark is too weak to read, compared with the evidence of the session around it. */
export interface Trace extends Omit<MarkObservation, 'epoch' | 'epochTagZ'> {
  readonly epoch: number;
}

/** A span of Unix seconds; `until` is the first second that no longer belongs to it, null when it goes on. */
export interface Period {
  readonly from: number;
  readonly until: number | null;
}

/** What the records say about one epoch. */
export interface EpochRecord {
  /** Unix second in which its first frame was rendered. */
  readonly renderedAt: number;
  /** All its frames showed the slate. */
  readonly slateOnly: boolean;
  /** Some of its frames showed the slate, or all. */
  readonly hasSlate: boolean;
}

/** The records of one session, each with the times at which it held, so that any past second can be judged. */
export interface SessionRecords {
  readonly sessionNumber: number;
  /** The session still runs, so its newest evidence may be on the way. */
  readonly live: boolean;
  /** What proves it was erased, by right, with a person it is about: nothing can be said of it any more. */
  readonly erased: boolean;
  readonly epochs: ReadonlyMap<number, EpochRecord>;
  readonly permits: readonly Period[];
  /** From given (and not before the statement's start) until withdrawn or ended. */
  readonly consent: readonly Period[];
  /** From the last approval needed until the avatar was suspended, withdrawn, expired or erased. */
  readonly avatarActive: readonly Period[];
  /** From paired until revoked. */
  readonly device: readonly Period[];
}

export const holdsAt = (periods: readonly Period[], second: number): boolean =>
  periods.some(({ from, until }) => from <= second && (until === null || second < until));
