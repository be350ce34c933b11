import {
  decodeBase64Url,
  hashLeaf,
  parseVerifierKey,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  type Hash,
  type VerifiedCheckpoint,
} from '@guise/ledger';
import { hashList, ledgerStatus } from '@guise/protocol';
import type { TestAuthority } from './authority.js';

/** The log as somebody sees it who pinned its key: what is published, checked by signature and proofs. */
export interface LedgerWitness {
  readonly verifierKey: string;
  readonly checkpoint: VerifiedCheckpoint;
}

/** Trusts the key and the checkpoint that an authority shows now. */
export async function witnessLedger({ api }: TestAuthority): Promise<LedgerWitness> {
  const { verifierKey } = ledgerStatus.parse((await api.get('/v1/ledger/status')).body);
  return { verifierKey, checkpoint: await readCheckpoint(api, verifierKey) };
}

/**
 * Checks that the log goes on from what was witnessed: signed by the same key, consistent with the older tree, with
 * every entry of the database published and each entry of `kind` included by proof.
 * @returns how many entries of `kind` there are
 * @throws when any of it is not so
 */
export async function checkLedger(
  authority: TestAuthority,
  earlier: LedgerWitness,
  kind: string,
): Promise<number> {
  const { api, database } = authority;
  const first = earlier.checkpoint;
  const { size, root } = await readCheckpoint(api, earlier.verifierKey);
  const entries = await database.client.ledgerEntry.findMany();
  if (entries.some(({ leafIndex }) => leafIndex === null) || entries.length !== size)
    throw new Error(`the log of ${String(size)} misses some of ${String(entries.length)} entries`);
  verifyConsistency({
    first: first.size,
    second: size,
    firstRoot: first.root,
    secondRoot: root,
    proof: await readProof(api, `consistency?first=${String(first.size)}&second=${String(size)}`),
  });
  const wanted = entries.filter((entry) => entry.kind === kind);
  for (const { leafIndex, commitment } of wanted) {
    const index = Number(leafIndex);
    const proof = await readProof(api, `inclusion?index=${String(index)}&size=${String(size)}`);
    verifyInclusion({ leafHash: hashLeaf(commitment), index, size, root, proof });
  }
  return wanted.length;
}

async function readCheckpoint(api: TestAuthority['api'], verifierKey: string): Promise<VerifiedCheckpoint> {
  const { body } = await api.get('/log/checkpoint');
  return verifyCheckpoint(String(body), parseVerifierKey(verifierKey));
}

async function readProof(api: TestAuthority['api'], proof: string): Promise<Hash[]> {
  const { hashes } = hashList.parse((await api.get(`/v1/ledger/proof/${proof}`)).body);
  return hashes.flatMap((hash) => decodeBase64Url(hash) ?? []);
}
