import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cropI420, type I420Frame } from '@guise/frame';
import { encodePng, locateFfmpeg, recompress } from '@guise/media';
import { detectionReport, verificationReport } from '@guise/protocol';
import { verifyProofBundle } from '@guise/verification';
import {
  multipart,
  openWearing,
  pictureOf,
  sceneFrames,
  testDatabases,
  writeClip,
  type Wearing,
} from '../testing/index.js';

const SECONDS = 4;
/** The head of a PNG of 50,000 × 50,000 pixels: what follows does not matter. */
const PNG_OF_50000 = Buffer.from(
  '89504e470d0a1a0a0000000d49484452' +
    '0000c3500000c3500802000000' +
    'c4cdaa9d' +
    '0000000c49444154789c6360a00c000000400001b7347cef' +
    '0000000049454e44ae426082',
  'hex',
);

describe.each(await testDatabases())('verifications on %s', (kind) => {
  let wearing: Wearing;
  let folder: string;
  let marked: string;
  let frames: readonly I420Frame[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-verify-'));
    wearing = await openWearing(kind);
    const opened = await wearing.open('worn');
    frames = sceneFrames('a', SECONDS);
    await wearing.wear(opened, frames);
    marked = await writeClip(folder, 'marked', frames);
  });
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });
  const verify = async (path: string) => verificationReport.parse((await wearing.verify(path)).body);
  const trust = async () =>
    (await wearing.organisation.authority.api.get('/.well-known/guise-trust.json')).body;

  it('call a worn, recompressed clip authorised: permit, consent, approvals, second and a proof that holds offline', async () => {
    const small = join(folder, 'small.mp4');
    await recompress(marked, small, { width: 640, height: 360, kbps: 600 });
    const report = await verify(small);
    expect(report.reasons).toEqual([expect.objectContaining({ code: 'proved' })]);
    expect(report.verdict).toBe('authorised');
    expect(report.detection).toMatchObject({ found: true });
    expect(report.detection.confidenceLog10).toBeLessThan(-9);
    expect(report.timeline.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    expect(report.facts).toMatchObject({
      wearer: { personId: wearing.organisation.employee.id, displayName: 'Employee' },
      avatar: { id: wearing.avatar.id, sha256: wearing.avatar.sha256 },
      permit: { purpose: 'meeting' },
      consent: { id: wearing.avatar.consent, subject: `Executive · ${wearing.organisation.executive.id}` },
    });
    expect(report.facts?.approvals).toHaveLength(2);
    const offline = await verifyProofBundle(report.proof, await trust(), {
      policy: { witnessesNeeded: 0 },
      report,
    });
    expect(offline.checks.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect((await verifyProofBundle(report.proof, await trust(), { report })).exitCode).toBe(10);
  });

  it('are kept for their auditor, logged, and hold no name in the log', async () => {
    const { authority, auditor, adminA } = wearing.organisation;
    const report = await verify(marked);
    const again = await authority.api.get(`/v1/verifications/${report.id}`, { token: auditor.token });
    expect(again.body).toEqual(report);
    expect((await authority.api.get(`/v1/verifications/${report.id}`, { token: adminA.token })).status).toBe(
      403,
    );
    const rows = await authority.database.client.ledgerEntry.findMany({ where: { topic: report.id } });
    expect(rows.map(({ kind: entry }) => entry)).toEqual(['verification']);
    const all = await authority.database.client.ledgerEntry.findMany();
    for (const { payload } of all)
      expect(Buffer.from(payload ?? []).toString('latin1')).not.toContain('Employee');
  });

  it('detect for anyone, naming nobody', async () => {
    const answer = await wearing.detect(marked);
    expect(answer.body).toMatchObject({
      marked: true,
      authorised: true,
      technique: 'invisible-watermark-ts',
    });
    // Nothing else: a strict schema refuses every further member.
    expect(detectionReport.strict().parse(answer.body)).toEqual(answer.body);
  });

  // The pixels do not know the database: the long searches run once.
  it.runIf(kind === 'embedded')(
    'read a single picture, and one of which two sides were cut',
    { timeout: 120_000 },
    async () => {
      const still = join(folder, 'still.png');
      await writeFile(still, await pictureOf(frames[12]));
      expect(await verify(still)).toMatchObject({
        verdict: 'authorised',
        timeline: [{ second: 0, epoch: 1 }],
        coverage: { seconds: 1, read: 1, longestGap: 0 },
      });
      const cropped = frames.map((frame) => cropI420(frame, { x: 64, y: 36, width: 576, height: 324 }));
      const clip = await writeClip(folder, 'cropped', cropped);
      expect(await verify(clip)).toMatchObject({ verdict: 'authorised' });
    },
  );

  it.runIf(kind === 'embedded')(
    'call a clip authorised that ends within a second, or was cut anywhere',
    { timeout: 120_000 },
    async () => {
      const opened = await wearing.open('long');
      const long = sceneFrames('long', 13);
      await wearing.wear(opened, long);
      for (const [name, from, to] of [
        ['long', 0, 123],
        ['short', 4, 37],
      ] as const) {
        const clip = await writeClip(folder, name, long.slice(from, to), 300);
        expect(await verify(clip)).toMatchObject({ verdict: 'authorised' });
      }
    },
  );

  it.runIf(kind === 'embedded')(
    'sample a long recording, and say which seconds were looked at; others are answered meanwhile',
    { timeout: 120_000 },
    async () => {
      const long = join(folder, 'looped.mp4');
      const { ffmpeg } = await locateFfmpeg();
      const loop = ['-v', 'error', '-stream_loop', '49', '-i', marked, '-c', 'copy', long];
      await promisify(execFile)(ffmpeg, loop);
      const order: string[] = [];
      const verified = verify(long).then((report) => {
        order.push('verified');
        return report;
      });
      for (let i = 0; i < 5; i++) {
        expect((await wearing.organisation.authority.api.get('/healthz')).status).toBe(200);
        order.push('answered');
      }
      const report = await verified;
      expect(order).toEqual([...Array<string>(5).fill('answered'), 'verified']);
      // Every second that was looked at is proved; of the others nothing is said, so the whole is not authorised.
      expect(report.timeline.every(({ verdict }) => verdict === 'authorised')).toBe(true);
      expect(report.verdict).toBe('inconclusive');
      expect(report.reasons.map(({ code }) => code)).toEqual(['sampled']);
      const answer = await wearing.detect(long);
      expect(answer.body).toMatchObject({ marked: true, authorised: null });
      expect(answer.body).toHaveProperty('coverage.read');
      expect(report.coverage.seconds).toBeGreaterThanOrEqual(SECONDS * 50);
      expect(report.coverage.read).toBe(report.timeline.length);
      expect(report.coverage.read).toBeLessThan(report.coverage.seconds);
      expect(report.coverage.read).toBeGreaterThan(20);
      expect(report.coverage.longestGap).toBeLessThan(15);
    },
  );

  it.runIf(kind === 'embedded')('call an unmarked clip unmarked', async () => {
    const plain = await writeClip(folder, 'plain', sceneFrames('b', 2));
    expect(await verify(plain)).toMatchObject({ verdict: 'unmarked', facts: null, proof: null });
  });

  it('go by what held at that second: seconds after a withdrawal are not authorised, those before are', async () => {
    const { authority, executive } = wearing.organisation;
    await authority.api.post(
      `/v1/consents/${wearing.avatar.consent ?? ''}/withdraw`,
      {},
      { token: executive.token },
    );
    expect(await verify(marked)).toMatchObject({ verdict: 'authorised' });
  });

  it('need an auditor and one readable file of bounded size', async () => {
    const { authority, auditor, adminA, employee } = wearing.organisation;
    const form = multipart({ file: await readFile(marked) });
    for (const token of [adminA.token, employee.token]) {
      expect((await authority.api.call('POST', '/v1/verifications', { token, ...form })).status).toBe(403);
    }
    expect((await authority.api.call('POST', '/v1/verifications', form)).status).toBe(401);
    const garbage = join(folder, 'garbage.mp4');
    await writeFile(garbage, 'not a video at all');
    expect(await wearing.verify(garbage)).toMatchObject({ body: { code: 'media-unreadable' } });
    const cut = join(folder, 'cut.mp4');
    await writeFile(cut, (await readFile(marked)).subarray(0, 3000));
    expect(await wearing.verify(cut)).toMatchObject({ body: { code: 'media-unreadable' } });
    const playlist = join(folder, 'list.mp4');
    await writeFile(playlist, `#EXTM3U\n#EXTINF:4,\n${marked}\n#EXT-X-ENDLIST\n`);
    expect(await wearing.verify(playlist)).toMatchObject({ body: { code: 'media-unreadable' } });
    const bomb = join(folder, 'bomb.png');
    await writeFile(bomb, PNG_OF_50000);
    expect(await wearing.verify(bomb)).toMatchObject({ status: 413, body: { code: 'media-too-large' } });
    const tiny = join(folder, 'tiny.png');
    await writeFile(tiny, await encodePng({ width: 16, height: 16, data: new Uint8Array(768) }));
    expect(await wearing.verify(tiny)).toMatchObject({ status: 422, body: { code: 'media-unreadable' } });
    const empty = await authority.api.call('POST', '/v1/verifications', {
      token: auditor.token,
      ...multipart({ file: Buffer.alloc(0) }),
    });
    expect(empty).toMatchObject({ body: { code: 'media-unreadable' } });
    const none = await authority.api.call('POST', '/v1/verifications', {
      token: auditor.token,
      ...multipart({}),
    });
    expect(none.status).toBe(400);
    const json = await authority.api.post('/v1/verifications', {}, { token: auditor.token });
    expect(json).toMatchObject({ status: 415 });
  });
});
