/** THREATS 19: the operator writes entries of their own. Defence: the leaf holds the signature of whoever decided. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNoteSigner, parseCheckpoint, parseVerifierKey, signCheckpoint } from '@guise/ledger';
import { signEvidenceSegment } from '@guise/permit';
import { LedgerOutbox } from '@guise/persistence';
import {
  formatId,
  permitId,
  sessionId,
  trustRoot,
  verificationReport,
  type ProofBundle,
  type TrustRoot,
} from '@guise/protocol';
import { verifyProofBundle } from '@guise/verification';
import {
  CLIP_SIZE,
  deviceSigner,
  evidenceOfFrames,
  LedgerSequencer,
  markFrames,
  openWearing,
  sceneFrames,
  writeClip,
  type Wearing,
} from '@guise/authority/testing';

const lenient = { policy: { witnessesNeeded: 0 } };

describe('an operator who forges ledger entries', () => {
  let wearing: Wearing;
  let folder: string;
  let proof: ProofBundle;
  let trust: TrustRoot;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    wearing = await openWearing('embedded');
    const opened = await wearing.open('worn');
    const frames = sceneFrames('worn', 2);
    await wearing.wear(opened, frames);
    const clip = await writeClip(folder, 'worn', frames);
    const report = verificationReport.parse((await wearing.verify(clip)).body);
    if (report.proof === null) throw new Error('no proof');
    proof = report.proof;
    trust = trustRoot.parse(
      (await wearing.organisation.authority.api.get('/.well-known/guise-trust.json')).body,
    );
  });
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('starts from a proof that holds', async () => {
    expect((await verifyProofBundle(proof, trust, lenient)).outcome).toBe('valid');
  });

  it('cannot stand in for a device: evidence by another key is none', async () => {
    const { authority } = wearing.organisation;
    const { session, mark } = await wearing.open('operator evidence');
    const frames = sceneFrames('operator evidence', 2);
    markFrames(frames, mark);
    const epochs = evidenceOfFrames(frames, authority.clock.nowSeconds());
    const operator = await deviceSigner('operator');
    const id = sessionId.parse(session.id);
    const segment = await signEvidenceSegment(
      {
        session: id,
        sequence: 0,
        previous: null,
        permit: permitId.parse(formatId('permit', new Uint8Array(16))),
        frame: CLIP_SIZE,
        epochs,
      },
      operator,
    );
    await authority.database.transaction((tx) =>
      authority.app
        .get(LedgerOutbox)
        .stage(tx, { v: 1, kind: 'evidence', at: authority.clock.nowSeconds(), session: id, segment }),
    );
    await authority.app.get(LedgerSequencer).publish();
    authority.clock.advanceSeconds(61);
    const report = verificationReport.parse(
      (await wearing.verify(await writeClip(folder, 'operator', frames))).body,
    );
    expect(report).toMatchObject({ verdict: 'not-authorised', reasons: [{ code: 'evidence-missing' }] });
  });

  it('cannot sign another tree with a key that nobody pinned', async () => {
    const { name } = parseVerifierKey(trust.ledgerKey);
    const thief = createNoteSigner(name, new Uint8Array(32).fill(3));
    const checkpoint = await signCheckpoint(parseCheckpoint(proof.checkpoint), thief);
    const result = await verifyProofBundle({ ...proof, checkpoint }, trust, lenient);
    expect(result.checks.filter(({ state }) => state === 'failed').map(({ name: check }) => check)).toEqual([
      'checkpoint-signature',
    ]);
  });

  it('cannot add an entry that the signed tree does not hold', async () => {
    const [first, ...rest] = proof.entries;
    if (first === undefined) throw new Error('no entries');
    const salt = Buffer.alloc(32, 1).toString('base64url');
    const result = await verifyProofBundle(
      { ...proof, entries: [{ ...first, salt }, ...rest] },
      trust,
      lenient,
    );
    expect(result.outcome).toBe('invalid');
    expect(result.checks.find(({ name }) => name === 'inclusion')?.state).toBe('failed');
  });
});
