/** THREATS 18: an insider edits the database. Defence: a verdict is believed only as far as signed ledger entries bear it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePayload, parsePayload } from '@guise/ledger';
import { signEvidenceSegment } from '@guise/permit';
import { detectionReport, evidenceSegment, verificationReport } from '@guise/protocol';
import type { I420Frame } from '@guise/frame';
import {
  deviceSigner,
  evidenceOfFrames,
  markFrames,
  openWearing,
  sceneFrames,
  writeClip,
  type TestSession,
  type Wearing,
} from '@guise/authority/testing';

describe('an insider who edits the database', () => {
  let wearing: Wearing;
  let folder: string;
  let session: TestSession;
  let worn: readonly I420Frame[];
  let forged: readonly I420Frame[];
  let clip: string;
  let openedAt: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    wearing = await openWearing('embedded');
    const opened = await wearing.open('worn');
    session = opened.session;
    openedAt = wearing.organisation.authority.clock.nowSeconds();
    worn = sceneFrames('worn', 2);
    await wearing.wear(opened, worn);
    clip = await writeClip(folder, 'worn', worn);
    forged = sceneFrames('forged', 2);
    markFrames(forged, opened.mark);
  });
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });
  const verify = async (path: string) => verificationReport.parse((await wearing.verify(path)).body);

  const detect = async (path: string) => detectionReport.parse((await wearing.detect(path)).body);

  /** The insider owns the server: triggers do not stop them. */
  async function edit(sql: string): Promise<number> {
    return wearing.organisation.authority.database.transaction(async (tx) => {
      await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica');
      return tx.$executeRawUnsafe(sql);
    });
  }

  it('is stopped by the database’s own guards first', async () => {
    const { client } = wearing.organisation.authority.database;
    await expect(client.permit.updateMany({ data: { expires: new Date(4e12) } })).rejects.toThrow();
    await expect(client.wearSession.updateMany({ data: { chainEnd: 'x' } })).rejects.toThrow();
    await expect(client.evidenceSegment.deleteMany()).rejects.toThrow();
  });

  it('cannot make a forged picture authorised by replacing the evidence', async () => {
    const path = await writeClip(folder, 'forged', forged);
    expect(await verify(path)).toMatchObject({ verdict: 'altered' });
    const { client } = wearing.organisation.authority.database;
    const row = await client.ledgerEntry.findFirstOrThrow({ where: { topic: session.id, kind: 'evidence' } });
    const payload = parsePayload(row.payload ?? new Uint8Array());
    if (payload.kind !== 'evidence') throw new Error('not evidence');
    const original = evidenceSegment.parse(
      JSON.parse(Buffer.from(payload.segment.split('.')[1] ?? '', 'base64url').toString('utf8')),
    );
    const fitting = { ...original, epochs: evidenceOfFrames(forged, openedAt) };
    const hex = async (signer: Parameters<typeof signEvidenceSegment>[1]) =>
      Buffer.from(
        encodePayload({ ...payload, segment: await signEvidenceSegment(fitting, signer) }),
      ).toString('hex');
    const replace = (bytes: string) =>
      edit(`UPDATE "LedgerEntry" SET "payload" = '\\x${bytes}' WHERE "id" = ${String(row.id)}`);
    // Signed by a key of the insider's: no evidence at all.
    expect(await replace(await hex(await deviceSigner('insider')))).toBe(1);
    expect((await verify(path)).verdict).not.toBe('authorised');
    expect((await detect(path)).authorised).not.toBe(true);
    // Even with the device's own key: the log does not hold this leaf.
    await replace(await hex(wearing.device.signer));
    const report = await verify(path);
    expect(report).toMatchObject({ verdict: 'not-authorised', reasons: [{ code: 'proof-inclusion' }] });
    expect(await detect(path)).toMatchObject({ marked: true, authorised: false });
    await replace(Buffer.from(row.payload ?? new Uint8Array()).toString('hex'));
    expect((await verify(clip)).verdict).toBe('authorised');
    expect(await detect(clip)).toMatchObject({ marked: true, authorised: true });
  });

  it('cannot stretch a permit over seconds that it did not cover', async () => {
    const { clock } = wearing.organisation.authority;
    const late = await wearing.open('late');
    const frames = sceneFrames('late', 2);
    // The permit lives 300 s; the second picture is rendered in the second after its end.
    clock.advanceSeconds(299);
    await wearing.wear(late, frames);
    const path = await writeClip(folder, 'late', frames);
    expect(await verify(path)).toMatchObject({
      verdict: 'not-authorised',
      reasons: [{ code: 'permit-not-in-force' }],
    });
    const where = `WHERE "sessionId" = '${late.session.id}'`;
    expect(await edit(`UPDATE "Permit" SET "expires" = "expires" + interval '1 day' ${where}`)).toBe(1);
    expect(await verify(path)).toMatchObject({
      verdict: 'not-authorised',
      reasons: [{ code: 'proof-report-covered' }],
    });
    expect(await detect(path)).toMatchObject({ marked: true, authorised: false });
  });

  it('cannot undo a withdrawal', async () => {
    const { authority, executive } = wearing.organisation;
    const before = await wearing.open('withdrawn');
    await authority.api.post(
      `/v1/consents/${wearing.avatar.consent ?? ''}/withdraw`,
      {},
      { token: executive.token },
    );
    const frames = sceneFrames('withdrawn', 2);
    await wearing.wear(before, frames);
    const path = await writeClip(folder, 'withdrawn', frames);
    expect(await verify(path)).toMatchObject({
      verdict: 'not-authorised',
      reasons: [{ code: 'consent-not-in-force' }],
    });
    await edit(`UPDATE "Consent" SET "withdrawnAt" = NULL, "state" = 'given', "inForceFor" = "avatarId"`);
    await edit(`UPDATE "Avatar" SET "state" = 'active'`);
    // The states the avatar went through, and the withdrawal, still stand in the log.
    expect((await verify(path)).verdict).toBe('not-authorised');
    expect(await detect(path)).toMatchObject({ marked: true, authorised: false });
  });
});
