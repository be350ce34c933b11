import { findAvatar, findPerson, readSigners, type Transaction } from '@guise/persistence';
import type { VerificationReport } from '@guise/protocol';
import type { ArchivedSession } from './session-archive.js';

/**
 * Who wore what under whose permission, with names.
 * @param seconds Unix seconds that the material shows
 */
export async function readFacts(
  tx: Transaction,
  { session, permits, history }: ArchivedSession,
  seconds: readonly number[],
): Promise<VerificationReport['facts']> {
  const avatar = await findAvatar(tx, session.avatarId);
  const wearer = await findPerson(tx, session.personId);
  const signers = await readSigners(tx, session);
  const [first = session.openedAt] = seconds;
  const permit =
    permits.find(({ notBefore, expires }) => notBefore <= first && first < expires) ?? permits.at(-1);
  if (avatar === null || wearer === null || permit === undefined) return null;
  const approvals = [];
  for (const { id, approverId, sha256 } of signers.approvals) {
    approvals.push({ id, approver: await nameOf(tx, approverId), sha256 });
  }
  return {
    session: session.id,
    wearer: { personId: session.personId, displayName: wearer.displayName },
    device: session.deviceId,
    avatar: { id: avatar.id, name: avatar.name, sha256: avatar.sha256, kind: avatar.kind },
    permit: { jti: permit.id, iat: permit.notBefore, exp: permit.expires, purpose: session.purpose },
    consent: {
      id: session.consentId,
      sha256: signers.consentSha256,
      subject: await nameOf(tx, avatar.subject),
      givenAt: history.consent.from,
    },
    approvals,
  };
}

/** A person as an auditor reads them: the name, and the id that the log knows. */
async function nameOf(tx: Transaction, id: string): Promise<string> {
  const person = await findPerson(tx, id);
  return person === null ? id : `${person.displayName} · ${id}`;
}
