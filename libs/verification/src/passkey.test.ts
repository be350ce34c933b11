import { createHash, createSign, generateKeyPairSync, sign } from 'node:crypto';
import { encode } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAssertionFault } from './passkey.js';
import { createSigner, ORIGIN, signStatement } from './testing/scenario.js';

const rpId = 'authority.example';
const signer = createSigner();
const signed = signStatement(signer, { say: 'yes' });
const sound = { ...signed, publicKey: signer.publicKey, rpId, origins: [ORIGIN] };
const hash = (bytes: Uint8Array | string): Uint8Array => createHash('sha256').update(bytes).digest();

function clientData(statement: Uint8Array, changes: Record<string, unknown> = {}): Uint8Array {
  const challenge = Buffer.from(hash(statement)).toString('base64url');
  return Buffer.from(
    JSON.stringify({ type: 'webauthn.get', challenge, origin: ORIGIN, crossOrigin: false, ...changes }),
  );
}

function authenticatorData(flags = 0x05, relyingParty = rpId): Uint8Array {
  return new Uint8Array([...hash(relyingParty), flags, 0, 0, 0, 1]);
}

describe('a kept passkey assertion', () => {
  it('counts when everything fits', () => {
    expect(findAssertionFault(sound)).toBeNull();
  });

  it('is faulted over another text, site, relying party or key', () => {
    const { statement } = signed;
    expect(findAssertionFault({ ...sound, statement: Buffer.from('{"say":"no"}') })).toBe('challenge');
    expect(findAssertionFault({ ...sound, statement: new Uint8Array([...statement, 0x20]) })).toBe(
      'challenge',
    );
    expect(findAssertionFault({ ...sound, origins: ['https://evil.example'] })).toBe('origin');
    expect(findAssertionFault({ ...sound, rpId: 'example' })).toBe('relying-party');
    expect(findAssertionFault({ ...sound, publicKey: createSigner().publicKey })).toBe('signature');
  });

  it('is faulted when it is a registration, comes from a frame, or nobody was verified', () => {
    const withClient = (changes: Record<string, unknown>) =>
      findAssertionFault({
        ...sound,
        assertion: { ...signed.assertion, clientData: clientData(signed.statement, changes) },
      });
    expect(withClient({ type: 'webauthn.create' })).toBe('client-data');
    expect(withClient({ crossOrigin: true })).toBe('client-data');
    expect(withClient({ extra: 1 })).toBe('signature');
    for (const flags of [0x00, 0x01, 0x04]) {
      const assertion = { ...signed.assertion, authenticatorData: authenticatorData(flags) };
      expect(findAssertionFault({ ...sound, assertion })).toBe('user-not-verified');
    }
  });

  it('is faulted by any changed byte, and hostile bytes are nothing but faults', () => {
    const { assertion } = signed;
    for (const part of ['clientData', 'authenticatorData', 'signature'] as const) {
      fc.assert(
        fc.property(
          fc.nat({ max: assertion[part].length - 1 }),
          fc.integer({ min: 1, max: 255 }),
          (at, mask) => {
            const bytes = assertion[part].map((byte, i) => (i === at ? byte ^ mask : byte));
            expect(
              findAssertionFault({ ...sound, assertion: { ...assertion, [part]: bytes } }),
            ).not.toBeNull();
          },
        ),
        { numRuns: 60 },
      );
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(findAssertionFault({ ...sound, publicKey: bytes })).toBe('key');
        expect(findAssertionFault({ ...sound, assertion: { ...assertion, clientData: bytes } })).toBe(
          'client-data',
        );
      }),
    );
  });
});

describe('other algorithms of authenticators', () => {
  const statement = Buffer.from('statement');
  const message = (): Uint8Array => new Uint8Array([...authenticatorData(), ...hash(clientData(statement))]);
  const judge = (publicKey: Uint8Array, signature: Uint8Array) =>
    findAssertionFault({
      statement,
      publicKey,
      rpId,
      origins: [ORIGIN],
      assertion: {
        credential: Uint8Array.of(1),
        clientData: clientData(statement),
        authenticatorData: authenticatorData(),
        signature,
      },
    });

  it('RS256, as a TPM signs', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const cose = encode(
      new Map<number, unknown>([
        [1, 3],
        [3, -257],
        [-1, new Uint8Array(Buffer.from(n, 'base64url'))],
        [-2, new Uint8Array(Buffer.from(e, 'base64url'))],
      ]),
    );
    const signature = createSign('sha256').update(message()).sign(privateKey);
    expect(judge(cose, signature)).toBeNull();
    expect(
      judge(
        cose,
        signature.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
      ),
    ).toBe('signature');
    expect(judge(cose, signature.subarray(1))).toBe('signature');
    const wrongHash = createSign('sha1').update(message()).sign(privateKey);
    expect(judge(cose, wrongHash)).toBe('signature');
    // Exponent 1: every message would be its own signature.
    const weak = encode(
      new Map<number, unknown>([
        [1, 3],
        [3, -257],
        [-1, new Uint8Array(256).fill(255)],
        [-2, Uint8Array.of(1)],
      ]),
    );
    expect(judge(weak, signature)).toBe('signature');
  });

  it('Ed25519', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    const cose = encode(
      new Map<number, unknown>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      ]),
    );
    expect(judge(cose, sign(null, message(), privateKey))).toBeNull();
    expect(judge(cose, sign(null, Buffer.from('other'), privateKey))).toBe('signature');
  });

  it('none else, and no mixture of them', () => {
    const point = new Uint8Array(32).fill(4);
    for (const key of [
      [
        [1, 2],
        [3, -35],
        [-1, 2],
        [-2, point],
        [-3, point],
      ],
      [
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, point],
      ],
      [
        [1, 1],
        [3, -7],
        [-1, 6],
        [-2, point],
      ],
      [
        [1, 2],
        [3, -8],
        [-1, 6],
        [-2, point],
      ],
      [],
    ] as [number, unknown][][]) {
      expect(judge(encode(new Map(key)), new Uint8Array(64))).toBe('key');
    }
    const offCurve = encode(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, point],
        [-3, point],
      ]),
    );
    expect(judge(offCurve, new Uint8Array(70))).toBe('signature');
  });
});
