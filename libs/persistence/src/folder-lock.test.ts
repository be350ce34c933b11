import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.js';

/** A process that does nothing but live. */
const IDLE = 'process.on("message", () => undefined); process.send("up");';

describe('the folder lock', () => {
  let folder: string;
  let children: ChildProcess[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guise-lock-'));
    children = [];
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const path = () => join(folder, 'database.lock');
  const write = (owner: object, ageSeconds = 0) => {
    writeFileSync(
      path(),
      JSON.stringify({ host: hostname(), startedAt: 'unknown', token: 't', pid: 1, ...owner }),
    );
    const at = new Date(Date.now() - ageSeconds * 1000);
    utimesSync(path(), at, at);
  };
  const startProcess = async (): Promise<ChildProcess> => {
    const script = join(folder, 'idle.cjs');
    writeFileSync(script, IDLE);
    const child = fork(script, { execArgv: [] });
    children.push(child);
    await new Promise((resolve) => child.once('message', resolve));
    return child;
  };

  it('admits one at a time, and the next after release', () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(`held by process ${process.pid}`);
    lock.release();
    lockFolder(folder).release();
    expect(() => readFileSync(path())).toThrow('ENOENT');
  });

  it('refuses while the owner lives, and recovers when it was killed', async () => {
    const owner = await startProcess();
    write({ pid: owner.pid });
    expect(() => lockFolder(folder)).toThrow('held by process');
    const gone = new Promise((resolve) => owner.once('exit', resolve));
    owner.kill('SIGKILL');
    await gone;
    lockFolder(folder).release();
  });

  it('is not fooled by a process that got the pid of the dead owner', () => {
    write({ pid: process.pid, startedAt: '1' });
    lockFolder(folder).release();
  });

  it('believes an owner on another host as long as its heart beats', () => {
    write({ pid: 999_999_999, host: 'elsewhere' }, 5);
    expect(() => lockFolder(folder)).toThrow('held by');
    write({ pid: 999_999_999, host: 'elsewhere' }, 60);
    lockFolder(folder).release();
  });

  it('takes a lock file that is just being written for alive, an old damaged one for dead', () => {
    writeFileSync(path(), '');
    expect(() => lockFolder(folder)).toThrow('held by another process');
    utimesSync(path(), 0, 0);
    lockFolder(folder).release();
  });

  it('does not remove a lock that another took over', () => {
    const lock = lockFolder(folder);
    write({ pid: process.pid, token: 'someone else' });
    lock.release();
    expect(readFileSync(path(), 'utf8')).toContain('someone else');
  });

  it('leaves recovery to one, and recovers from a crash within recovery', () => {
    write({ pid: 999_999_999 });
    mkdirSync(`${path()}.recovery`);
    expect(() => lockFolder(folder)).toThrow('held by');
    utimesSync(`${path()}.recovery`, 0, 0);
    expect(() => lockFolder(folder)).toThrow('held by');
    lockFolder(folder).release();
  });
});
