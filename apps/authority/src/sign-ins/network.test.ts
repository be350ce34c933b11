import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf } from './network.js';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['not an address', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('is the same for every host of a /64, however it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
        const hex = groups.map((group) => group.toString(16));
        const padded = hex.map((group) => group.padStart(4, '0').toUpperCase());
        expect(networkOf(padded.join(':'))).toBe(networkOf(hex.join(':')));
        const neighbour = [...hex.slice(0, 4), '0', '0', '0', '1'].join(':');
        expect(networkOf(neighbour)).toBe(networkOf(hex.join(':')));
        expect(networkOf(`${hex.slice(0, 4).join(':')}::1`)).toBe(networkOf(hex.join(':')));
      }),
    );
  });
});
