import { AuthorityRefusal } from '@guise/api-client';
import type { ProblemCode } from '@guise/protocol';
import { RenewalRefused, type PermitSource } from '@guise/runtime';
import { CliError } from '../cli-error.js';

/** What the authority says when it will give this session no further permit, however often it is asked. */
const REFUSALS: ReadonlyMap<ProblemCode, RenewalRefused['reason']> = new Map([
  ['permit-denied', 'no-permit'],
  ['session-closed', 'no-permit'],
  ['session-mismatch', 'no-permit'],
  ['forbidden', 'no-permit'],
  ['device-revoked', 'permit-revoked'],
] as const);

/** Renewals that are refused for good say so in the runtime's own words; everything else passes as it is. */
export function tellingRefusals(source: PermitSource): PermitSource {
  return {
    lease: () => source.lease(),
    status: (permit) => source.status(permit),
    watch: (onEnd) => source.watch(onEnd),
    async renew() {
      try {
        return await source.renew();
      } catch (error) {
        const reason = refusalOf(error);
        throw reason === null ? error : new RenewalRefused(reason, { cause: error });
      }
    },
  };
}

function refusalOf(error: unknown): RenewalRefused['reason'] | null {
  if (error instanceof AuthorityRefusal) return REFUSALS.get(error.code) ?? null;
  // The permit came, and it is not the one that was asked for.
  return error instanceof CliError && error.exit === 'gateShut' ? 'no-permit' : null;
}
