import {
  commitEntry,
  decodeBase64Url,
  encodeBase64Url,
  hashLeaf,
  parsePayload,
  SALT_BYTES,
  verifyInclusion,
  type Checkpoint,
  type LedgerPayload,
  type LedgerPayloadOf,
} from '@guise/ledger';
import { proofBundle, type ProofBundle } from '@guise/protocol';
import { requireThat } from './checklist.js';
import { VerificationError } from './errors.js';
import { mapInTurns, type Pause } from './in-turns.js';

/** An entry with its exact bytes and its proof against one checkpoint. */
export interface BundleEntry {
  readonly index: number;
  readonly payload: Uint8Array;
  readonly salt: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** An entry whose inclusion was verified. */
export interface LoggedEntry<P extends LedgerPayload = LedgerPayload> {
  readonly index: number;
  readonly payload: P;
}

/**
 * Packs what an offline verifier needs besides its trust root.
 * @throws VerificationError `bundle-malformed` when there is more than a bundle may hold
 */
export async function buildProofBundle(
  input: {
    readonly mediaSha256: string;
    readonly session: number;
    /** Signed note of the checkpoint that the proofs lead to. */
    readonly checkpoint: string;
    readonly entries: readonly BundleEntry[];
    /** Permits as issued. */
    readonly permits: readonly string[];
  },
  pause: Pause,
): Promise<ProofBundle> {
  const entries = await mapInTurns(input.entries, pause, ({ index, payload, salt, proof }) => ({
    kind: parsePayload(payload).kind,
    index,
    payload: encodeBase64Url(payload),
    salt: encodeBase64Url(salt),
    proof: proof.map(encodeBase64Url),
  }));
  return parseProofBundle({ ...input, format: 'guise-proof/1', entries, permits: [...input.permits] });
}

/** @throws VerificationError `bundle-malformed` */
export function parseProofBundle(value: unknown): ProofBundle {
  const parsed = proofBundle.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new VerificationError(
    'bundle-malformed',
    'this is no guise-proof/1 bundle, or it holds more than one may hold',
  );
}

/** Opens every entry of a bundle: the leaf commits to payload and salt, and stands in the checkpoint's tree. */
export async function openEntries(
  bundle: Pick<ProofBundle, 'entries'>,
  checkpoint: Checkpoint,
  pause: Pause,
): Promise<LoggedEntry[]> {
  const seen = new Set<number>();
  return mapInTurns(bundle.entries, pause, (entry) => {
    const where = `entry ${String(entry.index)} (${entry.kind})`;
    const payload = decodeBase64Url(entry.payload);
    const salt = decodeBase64Url(entry.salt);
    const proof = entry.proof.flatMap((hash) => decodeBase64Url(hash) ?? []);
    requireThat(payload !== null && salt?.length === SALT_BYTES, `${where} is not base64url`);
    requireThat(proof.length === entry.proof.length, `${where} has a malformed proof`);
    requireThat(!seen.has(entry.index), `${where} appears twice`);
    seen.add(entry.index);
    const parsed = parsePayload(payload);
    requireThat(parsed.kind === entry.kind, `${where} holds another kind`);
    const leafHash = hashLeaf(commitEntry(payload, salt));
    verifyInclusion({ leafHash, index: entry.index, size: checkpoint.size, proof, root: checkpoint.root });
    return { index: entry.index, payload: parsed };
  });
}

/** The entries of one kind, in the order of the log. */
export function entriesOf<K extends LedgerPayload['kind']>(
  entries: readonly LoggedEntry[],
  kind: K,
): LoggedEntry<LedgerPayloadOf<K>>[] {
  return entries.filter((entry) => isKind(entry, kind)).sort((a, b) => a.index - b.index);
}

function isKind<K extends LedgerPayload['kind']>(
  entry: LoggedEntry,
  kind: K,
): entry is LoggedEntry<LedgerPayloadOf<K>> {
  return entry.payload.kind === kind;
}
