import {
  LedgerError,
  parseVerifierKey,
  verifyCheckpoint,
  type LedgerPayloadOf,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import { jwkThumbprint, type PinnedKey } from '@guise/permit';
import { keyHistory, type KeyUse } from '@guise/protocol';
import { entriesOf, openEntries, type LoggedEntry } from './bundle.js';
import { Fault, requireThat } from './checklist.js';
import { VerificationError } from './errors.js';

/** The signing keys of an authority as its ledger tells them. */
export interface VerifiedKeyHistory {
  /** Keys of permits, status lists and receipts, oldest first. */
  readonly permitKeys: readonly PinnedKey[];
  readonly checkpoint: VerifiedCheckpoint;
}

type Rotation = LoggedEntry<LedgerPayloadOf<'key-rotation'>>;

/**
 * Reads a key history (GET /.well-known/guise-keys.json) with nothing but the pinned key of the ledger: every key stands in the
 * log, and each new one says what became of all before it, so none can be left out in the middle. That the newest one was left
 * out shows only to who has seen it: compare with what you hold.
 * @param trust what the verifier pinned
 * @throws VerificationError `key-history-invalid`
 */
export async function verifyKeyHistory(
  value: unknown,
  trust: { readonly issuer: string; readonly ledgerKey: string },
): Promise<VerifiedKeyHistory> {
  const parsed = keyHistory.safeParse(value);
  if (!parsed.success) throw invalid('it is no guise-keys/1');
  const history = parsed.data;
  if (history.issuer !== trust.issuer) throw invalid('it is of another authority');
  try {
    const checkpoint = verifyCheckpoint(history.checkpoint, parseVerifierKey(trust.ledgerKey));
    const entries = await openEntries(history, checkpoint, () => Promise.resolve());
    return { permitKeys: await readKeys(entriesOf(entries, 'key-rotation'), 'permit'), checkpoint };
  } catch (error) {
    if (error instanceof Fault || error instanceof LedgerError) throw invalid(error.message);
    throw error;
  }
}

async function readKeys(rotations: readonly Rotation[], use: KeyUse): Promise<readonly PinnedKey[]> {
  const keys = new Map<string, PinnedKey>();
  for (const { payload } of rotations.filter((rotation) => rotation.payload.use === use)) {
    const { keyId: kid, jwk, activeFrom } = payload;
    requireThat((await jwkThumbprint(jwk)) === kid, `key ${kid} has another name than its own`);
    requireThat(!keys.has(kid), `key ${kid} was made twice`);
    requireThat(keys.size === 0 || activeFrom >= payload.at, `key ${kid} is dated back`);
    endKeys(keys, payload);
    keys.set(kid, { kid, jwk, ...(activeFrom === 0 ? {} : { notBefore: activeFrom }) });
  }
  requireThat(keys.size > 0, 'it holds no key');
  return [...keys.values()];
}

/** A rotation ends exactly the keys that were not over. */
function endKeys(keys: Map<string, PinnedKey>, { at, ended, keyId }: Rotation['payload']): void {
  const open = [...keys.values()].filter(({ notAfter = Infinity }) => notAfter > at);
  const named = new Set(ended.map((key) => key.keyId));
  requireThat(
    named.size === open.length && open.every(({ kid }) => named.has(kid)),
    `key ${keyId} does not follow what is here: a key is missing`,
  );
  for (const { keyId: kid, until, compromised } of ended) {
    const key = keys.get(kid);
    requireThat(
      key !== undefined && until >= at && until <= (key.notAfter ?? Infinity),
      `the end of key ${kid} is wrong`,
    );
    keys.set(kid, { ...key, notAfter: until, ...(compromised ? { compromised } : {}) });
  }
}

/**
 * Requires that newer keys go on from those held: none is gone or another one, and no end was taken back or moved later. Else an
 * older state is shown, in which a key that ended is good again.
 * @throws VerificationError `key-history-invalid`
 */
export function requireKeysContinue(held: readonly PinnedKey[], shown: readonly PinnedKey[]): void {
  for (const { kid, jwk, notAfter = Infinity, compromised = false } of held) {
    const now = shown.find((key) => key.kid === kid);
    const same = now?.jwk.x === jwk.x && now.jwk.y === jwk.y;
    if (!same) throw invalid(`key ${kid}, which was known, is missing`);
    if ((now.notAfter ?? Infinity) > notAfter || (compromised && now.compromised !== true)) {
      throw invalid(`key ${kid}, which had ended, is shown as good again`);
    }
  }
}

const invalid = (why: string): VerificationError =>
  new VerificationError(
    'key-history-invalid',
    `the authority's key history does not hold: ${why}. Its keys are not believed; ask who runs it`,
  );
