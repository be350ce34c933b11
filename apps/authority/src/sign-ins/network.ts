import { isIPv4, isIPv6 } from 'node:net';

/** Groups of 16 bits in the /64 that one IPv6 customer is given (RFC 6177). */
const PREFIX_GROUPS = 4;

/** What an address counts as: an IPv4 address itself, the /64 of an IPv6 one, and IPv4 when it is only mapped. */
export function networkOf(address: string): string {
  const bare = address.split('%', 1)[0] ?? '';
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = [], tail] = bare.split('::', 2).map((part) => (part === '' ? [] : part.split(':')));
  // What `::` stands for is zeros; behind it only the last groups follow.
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...(tail ?? [])];
  const prefix = groups.slice(0, PREFIX_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
