import { encode } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consentId, formatId, personId, sessionId, type WebauthnResponse } from '@guise/protocol';
import { encodeBase64Url } from './bytes.js';
import { commitEntry, encodePayload, entryLeafHash, MAX_PAYLOAD_BYTES, parsePayload } from './commitment.js';
import { assertionFromWebauthn, type LedgerPayload } from './payload.js';

const id = (seed: number): Uint8Array => new Uint8Array(16).fill(seed);
const person = personId.parse(formatId('person', id(1)));
const disclosure: LedgerPayload = {
  v: 1,
  kind: 'key-disclosure',
  at: 1_800_000_000,
  session: sessionId.parse(formatId('session', id(2))),
  epoch: 7,
  key: new Uint8Array(32).fill(9),
};
const consent = {
  v: 1 as const,
  kind: 'consent-given' as const,
  at: 1_800_000_000,
  consent: consentId.parse(formatId('consent', id(3))),
  person,
  statement: new TextEncoder().encode('{"type":"guise.consent.v1"}'),
  assertion: {
    credential: Uint8Array.of(1, 2, 3),
    clientData: Uint8Array.of(4),
    authenticatorData: new Uint8Array(37),
    signature: Uint8Array.of(5),
  },
} satisfies LedgerPayload;

describe('entry payloads', () => {
  it('keep signed bytes exactly and encode alike whatever the key order', () => {
    expect(parsePayload(encodePayload(consent))).toEqual(consent);
    const shuffled: LedgerPayload = { ...disclosure, at: disclosure.at };
    const reversed = Object.fromEntries(Object.entries(shuffled).reverse());
    expect(encode(reversed, { cde: true })).toEqual(encodePayload(disclosure));
  });

  it('refuse another encoding of the same value: one entry has one leaf', () => {
    const loose = encode(disclosure, { sortKeys: null });
    expect(loose).not.toEqual(encodePayload(disclosure));
    expect(() => parsePayload(loose)).toThrow(/deterministic/);
    const bytes = encodePayload(disclosure);
    expect(() => parsePayload(Uint8Array.of(...bytes, 0))).toThrow(/deterministic/);
    expect(() => parsePayload(bytes.slice(0, -1))).toThrow(/deterministic/);
  });

  it('refuse unknown kinds and fields, names among them', () => {
    for (const value of [
      { ...disclosure, kind: 'party' },
      { ...disclosure, displayName: 'Alex' },
      { ...disclosure, v: 2 },
      { ...disclosure, key: new Uint8Array(31) },
      { ...disclosure, at: 1.5 },
      null,
      [],
    ]) {
      expect(() => parsePayload(encode(value, { cde: true }))).toThrow(/ledger entry/);
    }
  });

  it('are bounded before they are parsed, and survive hostile bytes', () => {
    expect(() => parsePayload(new Uint8Array(MAX_PAYLOAD_BYTES + 1))).toThrow(/262,144/);
    expect(() => parsePayload(new Uint8Array(2000).fill(0x81))).toThrow(/deterministic/);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => parsePayload(bytes)).toThrow(/ledger entry/);
      }),
    );
  });

  it('any single changed byte makes another commitment or is no entry', () => {
    const bytes = encodePayload(disclosure);
    const salt = new Uint8Array(32).fill(4);
    const leaf = entryLeafHash(bytes, salt);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        expect(
          entryLeafHash(
            bytes.map((byte, i) => (i === at ? byte ^ mask : byte)),
            salt,
          ),
        ).not.toEqual(leaf);
      }),
    );
    expect(commitEntry(bytes, new Uint8Array(32).fill(5))).not.toEqual(commitEntry(bytes, salt));
    expect(() => commitEntry(bytes, new Uint8Array(31))).toThrow(/32 bytes/);
  });
});

describe('assertions from the wire', () => {
  const response: WebauthnResponse = {
    id: 'AQID',
    rawId: 'AQID',
    type: 'public-key',
    response: {
      clientDataJSON: 'BA',
      authenticatorData: encodeBase64Url(new Uint8Array(37)),
      signature: 'BQ',
      userHandle: 'eA',
    },
    clientExtensionResults: {},
  };

  it('become bytes', () => {
    expect(assertionFromWebauthn(response)).toEqual(consent.assertion);
  });

  it('are refused when a part is missing or not base64url', () => {
    for (const changed of [
      { ...response, response: {} },
      { ...response, rawId: '' },
      { ...response, response: { ...response.response, signature: 'B Q' } },
      { ...response, response: { ...response.response, clientDataJSON: 7 } },
    ]) {
      expect(() => assertionFromWebauthn(changed)).toThrow(/sign again/);
    }
  });
});
