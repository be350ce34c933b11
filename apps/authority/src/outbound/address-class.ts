import { BlockList, isIP } from 'node:net';

/**
 * Where an address leads. `global`: the internet. `inside`: this machine or a private network. `never`: places that nothing
 * is ever fetched from, link-local above all: there clouds hand out a machine's credentials.
 */
export type AddressClass = 'global' | 'inside' | 'never';

type Range = readonly [network: string, prefix: number];

/** RFC 6890 and its registry: special-purpose addresses. */
const INSIDE_V4: readonly Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];
const NEVER_V4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const INSIDE_V6: readonly Range[] = [
  ['::1', 128],
  ['fc00::', 7],
];
/** Only 2000::/3 is given out for the internet; what lies in it and is none stands here too. */
const GLOBAL_V6: Range = ['2000::', 3];
const NEVER_V6: readonly Range[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
];
/** The last 32 bits are an IPv4 address: IPv4-mapped (RFC 4291) and NAT64 (RFC 6052). */
const EMBEDDING: readonly Range[] = [
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
];

const listOf = (ranges: readonly Range[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
};
const insideV4 = listOf(INSIDE_V4, 'ipv4');
const neverV4 = listOf(NEVER_V4, 'ipv4');
const insideV6 = listOf(INSIDE_V6, 'ipv6');
const globalV6 = listOf([GLOBAL_V6], 'ipv6');
const neverV6 = listOf(NEVER_V6, 'ipv6');
const embedding = listOf(EMBEDDING, 'ipv6');

/** @param address an IP address as text, without brackets; anything else is `never` */
export function classOfAddress(address: string): AddressClass {
  switch (isIP(address)) {
    case 4:
      return classOfV4(address);
    case 6:
      return classOfV6(address);
    default:
      return 'never';
  }
}

function classOfV4(address: string): AddressClass {
  if (neverV4.check(address, 'ipv4')) return 'never';
  return insideV4.check(address, 'ipv4') ? 'inside' : 'global';
}

function classOfV6(address: string): AddressClass {
  // A zone belongs to link-local addresses only.
  if (address.includes('%')) return 'never';
  if (embedding.check(address, 'ipv6')) return classOfV4(embeddedV4(address));
  if (insideV6.check(address, 'ipv6')) return 'inside';
  return globalV6.check(address, 'ipv6') && !neverV6.check(address, 'ipv6') ? 'global' : 'never';
}

function embeddedV4(address: string): string {
  const dotted = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  // The URL parser writes the shortest form, in which the last two groups are the last two fields.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':');
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group === '' ? '0' : group, 16));
  if (high === undefined || low === undefined) throw new Error('an IPv6 address has two groups');
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
