import { expect } from 'vitest';
import type { LedgerPayload } from '@guise/ledger';
import { createScenario, trust, type Deviations } from './scenario.js';
import { failures, lenient } from './report.js';
import { verifyProofBundle } from '../verify-bundle.js';

/** Names of the failed checks of a session that went as the deviations say. */
export async function failuresOf(deviations: Deviations): Promise<string[]> {
  const { bundle } = await createScenario(deviations);
  const result = await verifyProofBundle(bundle, trust, lenient);
  expect(result.outcome).toBe('invalid');
  expect(result.exitCode).toBe(40);
  return failures(result);
}

/** Changes entries of one kind. */
export const change =
  <K extends LedgerPayload['kind']>(
    kind: K,
    with_: (entry: Extract<LedgerPayload, { kind: K }>) => LedgerPayload | null,
  ) =>
  (entries: LedgerPayload[]): LedgerPayload[] =>
    entries.flatMap((entry) => {
      if (!isKind(entry, kind)) return [entry];
      const changed = with_(entry);
      return changed === null ? [] : [changed];
    });

export function isKind<K extends LedgerPayload['kind']>(
  entry: LedgerPayload,
  kind: K,
): entry is Extract<LedgerPayload, { kind: K }> {
  return entry.kind === kind;
}
