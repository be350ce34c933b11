import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobFolders } from './job-folders.js';

describe('folders of jobs', () => {
  let root: string;
  let folders: JobFolders;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'guise-jobs-'));
    folders = new JobFolders(join(root, 'jobs'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const create = async (id: string, atMs: number): Promise<string> => {
    await writeFile(join(root, 'upload'), 'film');
    return folders.create(id, 'anna', atMs, join(root, 'upload'));
  };

  it('keep after a crash whose job it was, and not the file', async () => {
    const path = await create('one', 1000);
    expect(existsSync(path)).toBe(true);
    await new JobFolders(join(root, 'jobs')).sweep(1000);
    expect(existsSync(path)).toBe(false);
    expect(await folders.isOf('anna', 'one')).toBe(true);
    expect(await folders.isOf('berta', 'one')).toBe(false);
  });

  it('forget old jobs, and what a crash cut short', async () => {
    await create('old', 999);
    await mkdir(join(root, 'jobs', 'short'));
    await writeFile(join(root, 'jobs', 'short', 'job.json'), '{"audi');
    await folders.sweep(1000);
    expect(existsSync(join(root, 'jobs', 'old'))).toBe(false);
    expect(existsSync(join(root, 'jobs', 'short'))).toBe(false);
  });

  it('leave nothing of a job that could not begin', async () => {
    await expect(folders.create('none', 'anna', 1, join(root, 'missing'))).rejects.toThrow();
    expect(await folders.isOf('anna', 'none')).toBe(false);
  });
});
