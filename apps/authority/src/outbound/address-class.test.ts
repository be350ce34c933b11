import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOfAddress } from './address-class.js';

const v4 = fc.ipV4();
const hexOf = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};

describe('the class of an address', () => {
  it.each([
    ['1.1.1.1', 'global'],
    ['172.15.255.255', 'global'],
    ['172.32.0.0', 'global'],
    ['2606:4700:4700::1111', 'global'],
    ['127.0.0.1', 'inside'],
    ['127.255.255.254', 'inside'],
    ['10.0.0.1', 'inside'],
    ['100.64.0.1', 'inside'],
    ['172.31.255.255', 'inside'],
    ['192.168.1.1', 'inside'],
    ['::1', 'inside'],
    ['fd00::1', 'inside'],
    ['0.0.0.0', 'never'],
    ['169.254.169.254', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['::', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['fd00::1%eth0', 'never'],
    ['ff02::1', 'never'],
    ['2001:db8::1', 'never'],
    ['2002:7f00:1::', 'never'],
    ['::127.0.0.1', 'never'],
    ['localhost', 'never'],
    ['0x7f.1', 'never'],
    ['127.1', 'never'],
    ['', 'never'],
  ])('%s is %s', (address, expected) => {
    expect(classOfAddress(address)).toBe(expected);
  });

  it('is that of the IPv4 address inside an IPv6 one, however it is written', () => {
    fc.assert(
      fc.property(v4, (address) => {
        const expected = classOfAddress(address);
        for (const written of [
          `::ffff:${address}`,
          `::FFFF:${hexOf(address)}`,
          `0:0:0:0:0:ffff:${hexOf(address)}`,
          `64:ff9b::${hexOf(address)}`,
          `64:ff9b::${address}`,
        ]) {
          expect([written, classOfAddress(written)]).toEqual([written, expected]);
        }
      }),
    );
  });

  it('is never global for what is no address', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^[0-9.]+$|:/.test(text));
        expect(classOfAddress(text)).toBe('never');
      }),
    );
  });
});
