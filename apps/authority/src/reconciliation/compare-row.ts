import { isDeepStrictEqual } from 'node:util';
import type { LedgerPayload, LedgerPayloadOf } from '@guise/ledger';
import { personState, type ReconciledRow } from '@guise/persistence';
import { role } from '@guise/protocol';

/**
 * How a row differs from what the ledger says of it.
 * `no-entry`: nothing in the ledger led to it. `differs`: the ledger says otherwise.
 */
export type RowDifference = 'no-entry' | 'differs';

/** How an admin may have come to be one (`status-change` about a grant). */
const GRANTED = ['bootstrap', 'approved', 'operator'];

/**
 * Compares a row with the entries about it, oldest first. A row and its entry are stored in one transaction, so there is
 * nothing between: what differs was changed behind the authority's back.
 */
export function differenceOf(
  { kind, id, fields }: ReconciledRow,
  entries: readonly LedgerPayload[],
): RowDifference | null {
  switch (kind) {
    case 'avatar':
      return compare(fields, ofKind(entries, 'avatar-state').at(-1));
    case 'device': {
      const last = ofKind(entries, 'device').at(-1);
      const { x, y } = pointOf(fields.publicJwk);
      return compare(
        { person: fields.person, state: fields.state, x, y },
        last === undefined ? undefined : { ...last, ...pointOf(last.jwk) },
      );
    }
    case 'consent': {
      const given = ofKind(entries, 'consent-given').at(0);
      const withdrawn = ofKind(entries, 'consent-withdrawn').length > 0;
      if (given !== undefined && withdrawn && fields.given === true) return 'differs';
      return compareSigned({ person: fields.person }, fields.statement, given);
    }
    case 'approval':
      return compareSigned({ person: fields.person }, fields.statement, ofKind(entries, 'approval').at(0));
    case 'policy': {
      const { version, proposedBy, statement } = fields;
      return compareSigned({ version, proposedBy }, statement, ofKind(entries, 'policy').at(0));
    }
    case 'passkey':
      return comparePasskey(id, fields, ofKind(entries, 'passkey'));
    case 'admin': {
      const granted = ofKind(entries, 'status-change').some(
        ({ from, to }) => from === fields.person && GRANTED.includes(to),
      );
      return granted ? null : 'no-entry';
    }
    case 'person':
      return comparePerson(fields, ofKind(entries, 'status-change'));
  }
}

type Fields = ReconciledRow['fields'];

function ofKind<K extends LedgerPayload['kind']>(
  entries: readonly LedgerPayload[],
  kind: K,
): readonly LedgerPayloadOf<K>[] {
  return entries.filter((entry): entry is LedgerPayloadOf<K> => entry.kind === kind);
}

function compare(fields: Fields, entry: object | undefined): RowDifference | null {
  if (entry === undefined) return 'no-entry';
  return Object.entries(fields).every(([name, value]) => isDeepStrictEqual(value, Reflect.get(entry, name)))
    ? null
    : 'differs';
}

function compareSigned(
  fields: Fields,
  statement: unknown,
  entry: { readonly statement: Uint8Array } | undefined,
): RowDifference | null {
  if (entry === undefined) return 'no-entry';
  const text = Buffer.from(entry.statement).toString('utf8');
  return compare({ ...fields, statement }, { ...entry, statement: text });
}

/** Entries are about the person; those of this credential count. A removed passkey stays removed. */
function comparePasskey(
  id: string,
  { person, publicKey, usable }: Fields,
  entries: readonly LedgerPayloadOf<'passkey'>[],
): RowDifference | null {
  const own = entries.filter(({ credential }) => Buffer.from(credential).toString('base64url') === id);
  const registered = own.find(({ state }) => state === 'registered');
  if (registered === undefined) return 'no-entry';
  if (usable === true && own.at(-1)?.state === 'removed') return 'differs';
  return compare(
    { person, publicKey: hexOf(publicKey) },
    { person: registered.person, publicKey: hexOf(registered.publicKey) },
  );
}

/** Of everything that happened to a person, the last that says a state and the last that says roles. */
function comparePerson(
  fields: Fields,
  entries: readonly LedgerPayloadOf<'status-change'>[],
): RowDifference | null {
  const told = entries.map(({ to }) => to);
  const roles = told.map((to) => to.split(' ')).findLast((words) => words.every(isRole));
  if (roles === undefined) return 'no-entry';
  const state = told.findLast((to) => personState.safeParse(to).success) ?? 'active';
  return compare(fields, { state, roles: roles.toSorted() });
}

const isRole = (word: string): boolean => role.safeParse(word).success;

const hexOf = (bytes: unknown): string | null =>
  bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : null;

function pointOf(jwk: unknown): { readonly x: unknown; readonly y: unknown } {
  return { x: Reflect.get(Object(jwk), 'x'), y: Reflect.get(Object(jwk), 'y') };
}
