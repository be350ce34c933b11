import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEs256Key,
  createEs256Signer,
  KEY_RANDOM_BYTES,
  makeDpopProof,
  PermitError,
  verifyDpopProof,
} from '@guise/permit';
import { createSeededRandom } from '@guise/testing';
import { createNativeSigner, verifyNatively } from './native-es256.js';

const random = createSeededRandom('native es256');
const privateJwk = createEs256Key(random(KEY_RANDOM_BYTES));
const native = await createNativeSigner(privateJwk);
const portable = await createEs256Signer(privateJwk);
const request = { htm: 'POST', htu: 'https://authority.example/v1/permits' };
const proofBy = (signer: typeof native) =>
  makeDpopProof(signer, { ...request, iat: 1_000, jti: 'j'.repeat(22) });

/** What each of the two ways makes of a proof. */
async function outcomes(proof: string): Promise<readonly string[]> {
  const outcome = async (verify?: typeof verifyNatively): Promise<string> => {
    try {
      return (await verifyDpopProof(proof, { ...request, now: 1_000, verify })).jkt;
    } catch (error) {
      if (error instanceof PermitError) return error.code;
      throw error;
    }
  };
  return Promise.all([outcome(verifyNatively), outcome()]);
}

const withKey = (proof: string, change: Partial<typeof native.publicJwk>): string => {
  const [header = '', ...rest] = proof.split('.');
  const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
  const jwk = { ...native.publicJwk, ...change };
  return [Buffer.from(JSON.stringify({ ...Object(parsed), jwk })).toString('base64url'), ...rest].join('.');
};

describe('ES256 by the platform', () => {
  it('is the same key, and each verifies what the other signed', async () => {
    expect(native.kid).toBe(portable.kid);
    expect(native.publicJwk).toEqual(portable.publicJwk);
    for (const signer of [native, portable]) {
      expect(await outcomes(await proofBy(signer))).toEqual([native.kid, native.kid]);
    }
  });

  it('makes 64 bytes over whatever is signed, and knows them again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (data) => {
        const signature = await native.sign(data);
        expect(signature).toHaveLength(64);
        expect(verifyNatively(native.publicJwk, data, signature)).toBe(true);
        expect(verifyNatively(native.publicJwk, Uint8Array.of(...data, 0), signature)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('refuses whatever was changed, with the code of the other way', async () => {
    const proof = await proofBy(native);
    const signature = Buffer.from(proof.slice(proof.lastIndexOf('.') + 1), 'base64url');
    const signed = (bytes: Uint8Array): string =>
      proof.slice(0, proof.lastIndexOf('.') + 1) + Buffer.from(bytes).toString('base64url');
    const flipped = signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
    for (const wrong of [
      signed(flipped),
      signed(signature.subarray(0, 63)),
      signed(Buffer.concat([signature, Buffer.of(0)])),
      signed(new Uint8Array(64)),
      signed(new Uint8Array(64).fill(255)),
      withKey(proof, {}).replace('.', 'A.'),
    ]) {
      const [mine, other] = await outcomes(wrong);
      expect(mine).toBe(other);
      expect(['signature', 'malformed']).toContain(mine);
    }
  });

  it('refuses a key that is no point of the curve, and one of another curve point', async () => {
    const proof = await proofBy(native);
    const elsewhere = await createNativeSigner(createEs256Key(random(KEY_RANDOM_BYTES)));
    expect(await outcomes(withKey(proof, { y: native.publicJwk.x }))).toEqual([
      'key-malformed',
      'key-malformed',
    ]);
    expect(await outcomes(withKey(proof, elsewhere.publicJwk))).toEqual(['signature', 'signature']);
  });

  it('refuses a private key that does not belong to the public one', async () => {
    const { x, y } = createEs256Key(random(KEY_RANDOM_BYTES));
    await expect(createNativeSigner({ ...privateJwk, x, y })).rejects.toMatchObject({
      code: 'key-malformed',
    });
  });
});
