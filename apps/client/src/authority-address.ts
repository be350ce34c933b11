/** Names under which only this very machine answers: nobody sits between it and itself. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Whether an authority may be asked there: https anywhere, plain http on this machine only. */
export function isSafeAuthorityAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

export const AUTHORITY_ADDRESS_RULE =
  'The authority must be an https address; plain http is accepted for localhost, 127.0.0.1 and [::1] only.';
