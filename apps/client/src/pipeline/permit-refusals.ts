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

/** Renewals and leases that are refused for good say so in the runtime's own words; everything else passes as it is. */
export function tellingRefusals(source: PermitSource): PermitSource {
  return {
    async lease() {
      try {
        return await source.lease();
      } catch (error) {
        if (!(error instanceof AuthorityRefusal) || error.code !== 'device-revoked') throw error;
        // No lease will come any more: the last one is not waited for. Of one that has ended nothing but that is read.
        return { state: 'revoked', reason: error.code, leaseSeconds: 1, serverTime: 0 };
      }
    },
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
