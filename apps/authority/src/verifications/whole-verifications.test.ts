import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { locateFfmpeg } from '@guise/media';
import { verificationProgress, verificationReport } from '@guise/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  invitePerson,
  multipart,
  openLasting,
  openWearing,
  sceneFrames,
  writeClip,
  type ApiAnswer,
  type LastingDatabase,
  type TestPerson,
  type Wearing,
} from '../testing/index.js';
import { MAX_JOBS } from './verification-jobs.js';

const SECONDS = 4;

// The jobs are in the memory of the process; their reports are stored as all are.
describe('verifications of which every second is read', () => {
  let folder: string;
  let lasting: LastingDatabase;
  let wearing: Wearing;
  let otherAuditor: TestPerson;
  let marked: string;
  let long: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-whole-'));
    lasting = await openLasting('embedded', join(folder, 'data'));
    wearing = await openWearing('embedded', { lasting });
    const { authority, adminA } = wearing.organisation;
    otherAuditor = await invitePerson(authority, adminA, 'Other auditor', ['auditor']);
    const frames = sceneFrames('a', SECONDS);
    await wearing.wear(await wearing.open('worn'), frames);
    marked = await writeClip(folder, 'marked', frames);
    long = join(folder, 'long.mp4');
    const { ffmpeg } = await locateFfmpeg();
    const loop = ['-v', 'error', '-stream_loop', '99', '-i', marked, '-c', 'copy', long];
    await promisify(execFile)(ffmpeg, loop);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const submit = async (path: string): Promise<ApiAnswer> => {
    const { authority, auditor } = wearing.organisation;
    const form = multipart({ file: await readFile(path) });
    return authority.api.call('POST', '/v1/verifications?whole=true', { token: auditor.token, ...form });
  };
  const submitted = async (path: string): Promise<string> =>
    verificationProgress.parse((await submit(path)).body).id;
  const ask = (id: string, person = wearing.organisation.auditor): Promise<ApiAnswer> =>
    wearing.organisation.authority.api.get(`/v1/verifications/${id}`, { token: person.token });
  const settled = async (id: string): Promise<ApiAnswer> => {
    for (;;) {
      const answer = await ask(id);
      if (answer.status !== 202) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** Names of the submitted files that are still there. */
  const filesKept = async (): Promise<string[]> => {
    const all = await readdir(join(folder, 'data'), { recursive: true });
    return all.filter((path) => path.endsWith('/media') || path.startsWith('incoming/'));
  };

  it('are answered later, by their id, with a report like any other', { timeout: 60_000 }, async () => {
    const answer = await submit(marked);
    expect(answer.status).toBe(202);
    const { id, state } = verificationProgress.parse(answer.body);
    expect(answer.headers).toMatchObject({ location: `/v1/verifications/${id}`, 'retry-after': '5' });
    expect(state).toBe('waiting');
    expect(await filesKept()).toHaveLength(1);
    const { status, body } = await settled(id);
    expect(status).toBe(200);
    expect(verificationReport.parse(body)).toMatchObject({
      id,
      verdict: 'authorised',
      coverage: { seconds: SECONDS, read: SECONDS },
    });
    const { authority } = wearing.organisation;
    const entries = await authority.database.client.ledgerEntry.findMany({ where: { topic: id } });
    expect(entries.map(({ kind }) => kind)).toEqual(['verification']);
    expect(await filesKept()).toEqual([]);
    expect((await ask(id, otherAuditor)).status).toBe(404);
  });

  it('say why they failed, to their auditor alone, and leave no file', async () => {
    const garbage = join(folder, 'garbage.mp4');
    await writeFile(garbage, 'not a video at all');
    const id = await submitted(garbage);
    expect(await settled(id)).toMatchObject({ status: 422, body: { code: 'media-unreadable' } });
    expect((await ask(id, otherAuditor)).status).toBe(404);
    expect(await filesKept()).toEqual([]);
  });

  it(
    'wait for each other and not for usual ones, in bounded number, and are lost with the process, but not silently',
    { timeout: 120_000 },
    async () => {
      const ids: string[] = [];
      for (let i = 0; i < MAX_JOBS; i += 1) ids.push(await submitted(long));
      expect(await submit(marked)).toMatchObject({
        status: 503,
        body: { code: 'not-ready' },
        headers: { 'retry-after': '300' },
      });
      expect((await wearing.verify(marked)).body).toMatchObject({ verdict: 'authorised' });
      const [first = ''] = ids;
      await expect
        .poll(async () => (await ask(first)).body, { timeout: 60_000 })
        .toMatchObject({ id: first, state: 'running', seconds: SECONDS * 100 });
      expect((await ask(first, otherAuditor)).status).toBe(404);
      for (const id of ids.slice(1)) expect((await ask(id)).body).toMatchObject({ state: 'waiting' });

      await wearing.organisation.authority.close();
      const authority = await lasting.open();
      for (const id of ids) {
        const path = `/v1/verifications/${id}`;
        const answer = await authority.api.get(path, { token: wearing.organisation.auditor.token });
        expect(answer).toMatchObject({ status: 410, body: { code: 'verification-lost' } });
        expect((await authority.api.get(path, { token: otherAuditor.token })).status).toBe(404);
      }
      expect(await filesKept()).toEqual([]);
      await authority.close();
    },
  );
});
