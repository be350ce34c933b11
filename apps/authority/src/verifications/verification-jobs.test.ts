import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatId, verificationId } from '@guise/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config.js';
import { ProblemError } from '../http/problem-error.js';
import { TestClock } from '../testing/clock.js';
import { VerificationJobs, type JobWork } from './verification-jobs.js';

const ALONE = { presence: { isAlone: true, settle: () => Promise.resolve() } };
const ID = verificationId.parse(formatId('verification', new Uint8Array(16)));

describe('a submitted file that cannot be deleted', () => {
  let root: string;
  let jobs: VerificationJobs;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'guise-jobs-'));
    const config = parseConfig({ GUISE_DATA_DIR: root });
    jobs = new VerificationJobs(config, ALONE, pino({ level: 'silent' }), new TestClock());
    await jobs.onApplicationBootstrap();
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const run = async (work: JobWork): Promise<void> => {
    const path = join(root, 'upload');
    await writeFile(path, 'film');
    await jobs.start(ID, 'anna', { path, bytes: 4, sha256: '', fields: {} }, async (media, listener) => {
      // A file in the place of the folder: nothing in it can be deleted.
      await rm(join(root, 'verifications'), { recursive: true });
      await writeFile(join(root, 'verifications'), '');
      await work(media, listener);
    });
    await jobs.settled();
  };

  it('leaves the report as it is', async () => {
    await run(() => Promise.resolve());
    expect(jobs.find('anna', ID)).toBeNull();
  });

  it('leaves the reason for a failure as it is', async () => {
    await run(() => Promise.reject(new ProblemError('media-unreadable')));
    expect(() => jobs.find('anna', ID)).toThrow('media-unreadable');
    expect(jobs.find('ben', ID)).toBeNull();
  });
});
