import { encodeBase64Url } from '@guise/ledger';

export const toBase64Url = encodeBase64Url;

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
