import { decodeBase64, encodeBase64, equalBytes } from './bytes.js';
import { LedgerError } from './errors.js';
import { EMPTY_ROOT, HASH_BYTES, type Hash } from './merkle.js';
import { signNote, verifyNote, type NoteSigner, type NoteVerifier } from './note.js';
import { verifyConsistency } from './proof.js';

/** What a log says about itself at one moment (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Name of the log: its verifier key bears the same. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

// Not exported: nobody outside this file can make a value that bears it.
const verified: unique symbol = Symbol('verified checkpoint');
/** A checkpoint whose signature by the pinned log key was checked. Only {@link verifyCheckpoint} makes one. */
export type VerifiedCheckpoint = Checkpoint & {
  readonly note: string;
  /** Names of the witnesses whose cosignatures were checked. */
  readonly witnesses: readonly string[];
  readonly [verified]: true;
};

const SIZE_LINE = /^(0|[1-9]\d{0,15})$/;

/** Text of a checkpoint: origin, size and root, each on its line. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${String(checkpoint.size)}\n${encodeBase64(checkpoint.root)}\n`;
}

/**
 * Parses a checkpoint's text. Extension lines are allowed and ignored, as C2SP asks of clients.
 * @throws LedgerError `checkpoint-malformed`
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', sizeLine = '', rootLine = ''] = text.split('\n');
  const size = SIZE_LINE.test(sizeLine) ? Number(sizeLine) : Number.NaN;
  const root = decodeBase64(rootLine);
  if (origin === '' || !Number.isSafeInteger(size) || root?.length !== HASH_BYTES) {
    throw new LedgerError(
      'checkpoint-malformed',
      'a checkpoint has an origin, a size and a root of 32 bytes',
    );
  }
  if (size === 0 && !equalBytes(root, EMPTY_ROOT)) {
    throw new LedgerError('checkpoint-malformed', 'an empty log has the root of the empty tree');
  }
  return { origin, size, root };
}

export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): Promise<string> {
  return signNote(formatCheckpoint(checkpoint), [signer]);
}

/**
 * Opens a signed checkpoint under the pinned key of its log, and under the keys of witnesses the caller trusts.
 * @throws LedgerError of {@link verifyNote}, `note-unsigned` when the log itself did not sign, `checkpoint-malformed`,
 * `checkpoint-origin`
 */
export function verifyCheckpoint(
  note: string,
  log: NoteVerifier,
  witnesses: readonly NoteVerifier[] = [],
): VerifiedCheckpoint {
  const opened = verifyNote(note, [log, ...witnesses]);
  if (!opened.signers.includes(log)) {
    throw new LedgerError('note-unsigned', 'the checkpoint is not signed by the log itself');
  }
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint.origin !== log.name) {
    throw new LedgerError('checkpoint-origin', 'the checkpoint belongs to another log than the pinned key');
  }
  return Object.freeze({
    ...checkpoint,
    note,
    witnesses: [...opened.cosignedAt.keys()],
    [verified]: true as const,
  });
}

/**
 * Checks that a newer checkpoint continues the one a client has pinned.
 * @throws LedgerError `checkpoint-rolled-back` (a smaller log), `checkpoint-forked` (not a continuation)
 */
export function verifyCheckpointAdvance(
  pinned: Checkpoint,
  next: VerifiedCheckpoint,
  consistencyProof: readonly Hash[],
): void {
  if (next.origin !== pinned.origin) {
    throw new LedgerError('checkpoint-origin', 'the two checkpoints are of different logs');
  }
  if (next.size < pinned.size) {
    throw new LedgerError(
      'checkpoint-rolled-back',
      'the ledger is shorter than it was: it was restored from a backup or replaced. Do not trust it; ask its operator',
    );
  }
  try {
    verifyConsistency({
      first: pinned.size,
      second: next.size,
      firstRoot: pinned.root,
      secondRoot: next.root,
      proof: consistencyProof,
    });
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new LedgerError(
      'checkpoint-forked',
      'the ledger does not contain what it contained before: history was rewritten. Keep both checkpoints as evidence',
    );
  }
}
