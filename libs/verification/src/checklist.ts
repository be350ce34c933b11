/** The checks of a proof bundle, in the order in which they are made. Names are never renamed. */
export const CHECK_NAMES = [
  'checkpoint-signature',
  'checkpoint-pinned',
  'inclusion',
  'session-record',
  'permit-signature',
  'permit-logged',
  'device-binding',
  'device-pairing',
  'consent-signature',
  'consent-scope',
  'approval-signatures',
  'approvals-sufficient',
  'session-opening',
  'evidence-signatures',
  'epoch-keys',
  'disclosure-order',
  'report-covered',
  'witnesses',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

export interface Check {
  readonly name: CheckName;
  /** `skipped`: an earlier check failed, so this one had nothing to stand on. */
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly detail: string;
}

/** A fault found in a bundle; becomes a failed check. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

export function requireThat(condition: boolean, fault: string): asserts condition {
  if (!condition) throw new Fault(fault);
}

export interface Checklist {
  readonly checks: readonly Check[];
  /** Runs one check; its value is undefined when it failed. */
  run<T>(name: CheckName, detail: string, check: () => T | Promise<T>): Promise<T | undefined>;
  /** Names every check that was not made. */
  finish(): readonly Check[];
}

/** @param explain text of an error that a check met; anything it does not know is a defect and is thrown on */
export function createChecklist(explain: (error: unknown) => string | null): Checklist {
  const checks: Check[] = [];
  return {
    checks,
    async run(name, detail, check) {
      try {
        const value = await check();
        checks.push({ name, state: 'passed', detail });
        return value;
      } catch (error) {
        const fault = explain(error);
        if (fault === null) throw error;
        checks.push({ name, state: 'failed', detail: fault });
        return undefined;
      }
    },
    finish() {
      const made = new Map(checks.map((check) => [check.name, check]));
      return CHECK_NAMES.map(
        (name) => made.get(name) ?? { name, state: 'skipped', detail: 'an earlier check failed' },
      );
    },
  };
}
