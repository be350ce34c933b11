import { describe, expect, it } from 'vitest';
import {
  cosignNote,
  createCosigner,
  createNoteSigner,
  formatVerifierKey,
  parseCheckpoint,
  signCheckpoint,
  type LedgerPayload,
} from '@guise/ledger';
import { formatId, sessionId } from '@guise/protocol';
import { CHECK_NAMES } from './checklist.js';
import { createScenario, NOW, passkeyEntry, people, strangerKey, trust } from './testing/scenario.js';
import { failuresOf, change } from './testing/deviations.js';
import { failures, lenient, report } from './testing/report.js';
import { verifyProofBundle } from './verify-bundle.js';

const sound = await createScenario();

describe('a long bundle', () => {
  it('is checked in turns with whatever else there is to do', async () => {
    const { bundle } = await createScenario({
      entries: (entries) => [...entries, ...Array.from({ length: 50 }, () => passkeyEntry(people.subject))],
    });
    let pauses = 0;
    const pause = () => {
      pauses += 1;
      return Promise.resolve();
    };
    const result = await verifyProofBundle(bundle, trust, { ...lenient, pause });
    expect(result.outcome).toBe('valid');
    expect(pauses).toBe(Math.floor((bundle.entries.length - 1) / 20));
  });
});

describe('a sound bundle', () => {
  it('passes every check; without witnesses it says so', async () => {
    const strict = await verifyProofBundle(sound.bundle, trust);
    expect(failures(strict)).toEqual(['witnesses']);
    expect(strict).toMatchObject({ outcome: 'under-witnessed', exitCode: 10 });
    const result = await verifyProofBundle(sound.bundle, trust, { ...lenient, report: report() });
    expect(result.checks.map(({ name, state }) => [name, state])).toEqual(
      CHECK_NAMES.map((name) => [name, 'passed']),
    );
    expect(result).toMatchObject({
      outcome: 'valid',
      exitCode: 0,
      checkpoint: { origin: 'authority.example/log' },
    });
  });

  it('may have the label and the models that an organisation’s policy chose', async () => {
    const { bundle } = await createScenario({
      claims: (claims) => ({
        ...claims,
        authorization_details: claims.authorization_details.map((wear) => ({
          ...wear,
          ...{ label: 'AI MODIFIED BY ACME', label_positions: ['bottom-left'], non_commercial_models: true },
        })),
      }),
    });
    expect((await verifyProofBundle(bundle, trust, lenient)).outcome).toBe('valid');
  });

  it('survives the way through JSON', async () => {
    const again: unknown = JSON.parse(JSON.stringify(sound.bundle));
    expect((await verifyProofBundle(again, trust, lenient)).outcome).toBe('valid');
  });

  it('is witnessed by witnesses the verifier knows, and by no others', async () => {
    const witness = createCosigner('witness.example/w', new Uint8Array(32).fill(8));
    const bundle = { ...sound.bundle, checkpoint: await cosignNote(sound.bundle.checkpoint, witness, NOW) };
    const witnesses = [formatVerifierKey(witness.verifier)];
    expect((await verifyProofBundle(bundle, trust, { policy: { witnesses } })).exitCode).toBe(0);
    expect((await verifyProofBundle(bundle, trust)).exitCode).toBe(10);
    expect(
      (await verifyProofBundle(bundle, trust, { policy: { witnesses, witnessesNeeded: 2 } })).exitCode,
    ).toBe(10);
  });

  it('diverges from another tree pinned at the same size', async () => {
    const { origin, size, root } = parseCheckpoint(sound.bundle.checkpoint);
    const same = { policy: { witnessesNeeded: 0, pinned: { origin, size, root } } };
    expect((await verifyProofBundle(sound.bundle, trust, same)).exitCode).toBe(0);
    const forked = { policy: { witnessesNeeded: 0, pinned: { origin, size, root: new Uint8Array(32) } } };
    expect(await verifyProofBundle(sound.bundle, trust, forked)).toMatchObject({
      outcome: 'diverged',
      exitCode: 30,
    });
  });
});

describe('a forged or broken bundle names the check that failed', () => {
  it('checkpoint: by another key, for another tree', async () => {
    const thief = createNoteSigner('authority.example/log', new Uint8Array(32).fill(6));
    const resigned = {
      ...sound.bundle,
      checkpoint: await signCheckpoint(parseCheckpoint(sound.bundle.checkpoint), thief),
    };
    expect(failures(await verifyProofBundle(resigned, trust, lenient))).toEqual(['checkpoint-signature']);
  });

  it('inclusion: changed payload, salt, index or proof; an entry twice', async () => {
    const [first, second, ...rest] = sound.bundle.entries;
    if (first === undefined || second === undefined) throw new Error('no entries');
    for (const entries of [
      [{ ...first, salt: second.salt }, second, ...rest],
      [{ ...first, payload: second.payload, kind: second.kind }, second, ...rest],
      [{ ...first, index: second.index }, ...rest],
      [{ ...first, proof: second.proof }, second, ...rest],
      [first, first, second, ...rest],
      [{ ...first, kind: 'device' as const }, second, ...rest],
    ]) {
      const result = await verifyProofBundle({ ...sound.bundle, entries }, trust, lenient);
      expect(failures(result)).toEqual(['inclusion']);
      expect(result.checks.find(({ name }) => name === 'consent-scope')?.state).toBe('skipped');
    }
  });

  it('session: another number', async () => {
    const result = await verifyProofBundle({ ...sound.bundle, session: 1 }, trust, lenient);
    expect(failures(result)).toEqual(['session-record']);
  });

  it('permit: by another key, or none in the bundle', async () => {
    expect(await failuresOf({ permitSigner: strangerKey })).toEqual(['permit-signature']);
    const without = await verifyProofBundle({ ...sound.bundle, permits: [] }, trust, lenient);
    expect(failures(without)).toEqual(['permit-signature']);
  });

  it('permit: not logged, or logged otherwise', async () => {
    expect(await failuresOf({ entries: change('permit', () => null) })).toEqual(['permit-logged']);
    expect(
      await failuresOf({ entries: change('permit', (entry) => ({ ...entry, purpose: 'training' })) }),
    ).toEqual(['permit-logged']);
  });

  it('opening: another chain or avatar than the permits name', async () => {
    expect(
      await failuresOf({
        claims: (claims) => ({
          ...claims,
          authorization_details: claims.authorization_details.map((wear) => ({
            ...wear,
            watermark: { ...wear.watermark, chain_end: 'ee'.repeat(32) },
          })),
        }),
      }),
    ).toEqual(['session-opening']);
  });

  it('evidence: by another key (operator-made), of another session, two of one second', async () => {
    expect(await failuresOf({ evidenceSigner: strangerKey })).toEqual(['evidence-signatures']);
    const other = sessionId.parse(formatId('session', new Uint8Array(16).fill(9)));
    expect(await failuresOf({ segment: (segment) => ({ ...segment, session: other }) })).toEqual([
      'evidence-signatures',
    ]);
    expect(
      await failuresOf({
        segment: (segment) => ({ ...segment, epochs: [...segment.epochs, ...segment.epochs.slice(0, 1)] }),
      }),
    ).toEqual(['evidence-signatures']);
  });

  it('keys: not of the chain, or disclosed before the evidence', async () => {
    const foreign = change('key-disclosure', (entry) => ({ ...entry, key: new Uint8Array(32).fill(1) }));
    expect(await failuresOf({ entries: foreign })).toEqual(['epoch-keys']);
    const secondForeign = change('key-disclosure', (entry) =>
      entry.epoch === 1 ? { ...entry, key: new Uint8Array(32) } : entry,
    );
    expect(await failuresOf({ entries: secondForeign })).toEqual(['epoch-keys']);
    const early = (entries: LedgerPayload[]): LedgerPayload[] => [
      ...entries.filter(({ kind }) => kind !== 'evidence'),
      ...entries.filter(({ kind }) => kind === 'evidence'),
    ];
    expect(await failuresOf({ entries: early })).toEqual(['disclosure-order']);
  });
});
