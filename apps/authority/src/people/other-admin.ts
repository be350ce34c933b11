import { listRoleHolders, lockAdmins, type PersonRecord, type Transaction } from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';

/**
 * Asked before somebody stops being an active admin: without any nobody could ever come in again. Until the transaction ends
 * nobody else stops being one, so that two cannot each rely on the other.
 * @throws ProblemError `conflict` for the last one
 */
export async function requireOtherAdmin(
  tx: Transaction,
  person: Pick<PersonRecord, 'id' | 'roles'>,
): Promise<void> {
  if (!person.roles.includes('admin')) return;
  await lockAdmins(tx);
  const admins = await listRoleHolders(tx, ['admin'], 2);
  if (admins.some((id) => id !== person.id)) return;
  throw new ProblemError('conflict', {
    detail: 'This is the last admin. Make another person admin first.',
  });
}
