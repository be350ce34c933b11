import type { PublicApi } from '@guise/api-client';
import { verifyStatusList, type VerifiedPermit } from '@guise/permit';
import type { StatusAnswer } from '@guise/runtime';
import type { OwnDevice } from '../authority.js';
import { CliError } from '../cli-error.js';
import { fixedKeys } from '../home/permit-keys.js';

/**
 * Fetches the status list that a permit names and looks the permit up.
 * @throws PermitError when the list does not hold; CliError `gateShut` when it is not one of this authority
 */
export async function checkStatus(
  client: Pick<OwnDevice, 'pairing' | 'keys'> & { readonly publicApi: Pick<PublicApi, 'statusList'> },
  permit: VerifiedPermit,
  nowSeconds: number,
): Promise<StatusAnswer> {
  const { trust } = client.pairing;
  const { uri, idx } = permit.claims.status.status_list;
  const id = listIdOf(uri, trust.issuer);
  const token = await client.publicApi.statusList(id);
  const list = await (client.keys ?? fixedKeys(trust)).check((keys) =>
    verifyStatusList(token, { keys, uri, now: nowSeconds }),
  );
  return {
    status: list.statusAt(idx),
    refreshSeconds: list.ttlSeconds,
    freshSeconds: list.expires - nowSeconds,
  };
}

/** The list is asked for at the paired authority, never at an address that a token names. */
function listIdOf(uri: string, issuer: string): string {
  const base = `${issuer}/v1/status-lists/`;
  const id = uri.startsWith(base) ? uri.slice(base.length) : '';
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return id;
  throw new CliError(
    'gateShut',
    'the permit names a status list of another authority',
    'Ask who runs your authority: its permits must name its own lists.',
  );
}
