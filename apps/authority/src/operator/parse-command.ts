import { parseArgs } from 'node:util';
import {
  keyRotationReason,
  keyUse,
  personId,
  type KeyRotationReason,
  type KeyUse,
  type PersonId,
} from '@guise/protocol';

/** What the operator asks for. `confirm` is null until they have read what it comes to. */
export type OperatorCommand =
  | { readonly name: 'show' }
  | {
      readonly name: 'rotate-key';
      readonly use: KeyUse;
      readonly reason: KeyRotationReason;
      readonly confirm: string | null;
    }
  | { readonly name: 'grant-admin'; readonly person: PersonId; readonly confirm: string | null };

export const USAGE = `Commands of whoever runs the machine of an authority, with the same environment as the authority itself.
They act on its database and key store; with the embedded database, stop the authority first.

  show                                       the keys that sign, the admins, and who else there is
  rotate-key <use> <reason> [--confirm KID]  use: ${keyUse.options.join(' or ')}; reason: ${keyRotationReason.options.join(' or ')}
  grant-admin <per_...> [--confirm NAME]     where at most one admin is left: makes this person admin

Without --confirm a command says what it would do, and does nothing.`;

/** What was typed is no command. The message says what is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(problem: string) {
    super(`${problem}\n\n${USAGE}`);
  }
}

/** @param args after the name of the script @throws UsageError */
export function parseOperatorCommand(args: readonly string[]): OperatorCommand {
  const { positionals, confirm } = split(args);
  const [name, ...rest] = positionals;
  switch (name) {
    case 'show':
      requireCount(rest, 0);
      return { name };
    case 'rotate-key': {
      const [use, reason] = [keyUse.safeParse(rest[0]), keyRotationReason.safeParse(rest[1])];
      if (!use.success || !reason.success) throw new UsageError('Which key, and why?');
      requireCount(rest, 2);
      return { name, use: use.data, reason: reason.data, confirm };
    }
    case 'grant-admin': {
      const person = personId.safeParse(rest[0]);
      if (!person.success) throw new UsageError('Which person? See `show`.');
      requireCount(rest, 1);
      return { name, person: person.data, confirm };
    }
    default:
      throw new UsageError(name === undefined ? 'Which command?' : 'There is no such command.');
  }
}

function split(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { confirm: { type: 'string' } },
    });
    return { positionals, confirm: values.confirm ?? null };
  } catch {
    throw new UsageError('There is no such option.');
  }
}

function requireCount(rest: readonly string[], count: number): void {
  if (rest.length > count) throw new UsageError('That is more than the command takes.');
}
