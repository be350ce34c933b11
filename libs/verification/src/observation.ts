/** What the detector saw in one second of the submitted material. */
export interface SecondObservation {
  /** Second of the file, from 0. */
  readonly second: number;
  /** Session number of the mark; null when no mark was found. */
  readonly session: number | null;
  /** Epoch that the mark names, settled against the evidence; null when it could not be read. */
  readonly epoch: number | null;
  /** z-score of the epoch tag under the disclosed key; null while the key is secret. */
  readonly epochTagZ: number | null;
  /** How its pictures compare with the evidence; null when there is none to compare with. */
  readonly fingerprint: FingerprintMatch | null;
  /** Median tile distance of the one picture that is least like any recorded one; null when none was compared. */
  readonly farthest: number | null;
  /** Of a second without a readable mark: what it shows of the session read before it; null when nothing. */
  readonly trace: Trace | null;
}

/** A second whose mark is too weak to read, compared with the evidence of the session around it. */
export interface Trace extends Pick<SecondObservation, 'fingerprint' | 'farthest'> {
  readonly session: number;
  readonly epoch: number;
}

export interface FingerprintMatch {
  /** Hamming distance of each of the 16 tiles, 0–64, row by row; null where the tile is not in the picture. */
  readonly tileDistances: readonly (number | null)[];
  /** Median over the visible tiles; null when none is visible. */
  readonly median: number | null;
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
