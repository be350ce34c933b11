import { describe, expect, it } from 'vitest';
import { isSafeAuthorityAddress } from './authority-address.js';

describe('an address of an authority', () => {
  it.each([
    'https://guise.example.org',
    'https://guise.example.org:8443/',
    'https://example.org/guise',
    'https://10.0.0.7',
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
  ])('%s is safe', (address) => {
    expect(isSafeAuthorityAddress(address)).toBe(true);
  });

  it.each([
    'guise.example.org',
    'http://guise.example.org',
    'http://localhost.example.org',
    'http://127.0.0.1.example.org',
    'http://10.0.0.7',
    'https://guise.example.org@elsewhere.example',
    'https://admin:secret@guise.example.org',
    'http://localhost@elsewhere.example',
    'https://guise.example.org?next=https://elsewhere.example',
    'https://guise.example.org#elsewhere',
    'file:///etc/passwd',
    'data:application/json,{}',
    'ftp://guise.example.org',
    'javascript:alert(1)',
    '',
  ])('%s is not', (address) => {
    expect(isSafeAuthorityAddress(address)).toBe(false);
  });
});
