import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createNoteSigner,
  LedgerError,
  parseVerifierKey,
  formatVerifierKey,
  signNote,
  verifyNote,
} from '@guise/ledger';
import { createNativeNoteSigner } from './native-ed25519.js';

const seed = new Uint8Array(32).map((_, i) => i * 7);
const native = createNativeNoteSigner('authority.example/log', seed);
const portable = createNoteSigner('authority.example/log', seed);

describe('a note signer by OpenSSL', () => {
  it('bears the same verifier key and signs the same bytes as the portable one', async () => {
    expect(formatVerifierKey(native.verifier)).toBe(formatVerifierKey(portable.verifier));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (message) => {
        expect(await native.sign(message)).toEqual(await portable.sign(message));
      }),
      { numRuns: 20 },
    );
  });

  it('accepts and refuses what the portable one does, whatever bit is turned', async () => {
    const note = await signNote('authority.example/log\n7\n', [native]);
    expect(verifyNote(note, [native.verifier]).text).toBe(
      verifyNote(note, [parseVerifierKey(formatVerifierKey(native.verifier))]).text,
    );
    const text = new TextEncoder().encode('seven');
    const signature = await native.sign(text);
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const changed = signature.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      for (const { verifier } of [native, portable]) {
        expect(verifier.verify(changed, text, verifier.publicKey), `bit ${String(bit)}`).toBe(false);
      }
    }
    const forged = note.replace('\n7\n', '\n8\n');
    expect(() => verifyNote(forged, [native.verifier])).toThrow(LedgerError);
  });

  it('refuses a seed of another length', () => {
    expect(() => createNativeNoteSigner('authority.example/log', seed.subarray(1))).toThrow();
  });
});
