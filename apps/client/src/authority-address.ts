/** Names under which only this very machine answers: nobody sits between it and itself. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether an authority may be asked there: https anywhere, plain http on this machine only. Nothing that hides the host, as
 * `https://guise.example.org@elsewhere.example`, and nothing that paths would be lost behind.
 */
export function isSafeAuthorityAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(address);
  if (`${username}${password}${search}${hash}` !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

export const AUTHORITY_ADDRESS_RULE =
  'The authority must be an https address; plain http is accepted for localhost, 127.0.0.1 and [::1] only. It has no user name, query or fragment.';
