import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiled } from './testing/index.js';

interface Run {
  readonly process: ChildProcess;
  /** Resolves with the exit code when the process ended; output is what it said until then. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** Resolves when it says that it listens, rejects when it ended first. */
  readonly up: Promise<void>;
}

describe('the authority as a process', () => {
  let dataDir: string;
  let script: string;
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'guise-main-'));
    script = await compiled('main.js');
  }, 180_000);
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = (env: Record<string, string> = {}): Run => {
    const child = spawn(process.execPath, [script], {
      env: {
        GUISE_DATA_DIR: dataDir,
        PORT: '0',
        GUISE_PUBLIC_URL: 'http://localhost:9',
        GUISE_LOG_LEVEL: 'silent',
        ...env,
      },
    });
    started.push(child);
    let output = '';
    const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
      child.once('close', (code) => {
        resolve({ code, output });
      });
    });
    const up = new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        output += chunk.toString('utf8');
        if (output.includes('listening on')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('close', () => {
        reject(new Error(output));
      });
    });
    up.catch(() => undefined);
    return { process: child, ended, up };
  };

  it('has one process per data folder, survives kill -9 and stops cleanly', async () => {
    const first = start();
    await first.up;
    const second = await start().ended;
    expect(second.code).toBe(1);
    expect(second.output).toContain(`held by process ${String(first.process.pid)}`);
    expect(second.output).not.toContain('at ');

    const invitation = join(dataDir, 'bootstrap-invitation');
    const before = await readFile(invitation, 'utf8');
    expect((await stat(invitation)).mode & 0o777).toBe(0o600);
    first.process.kill('SIGKILL');
    await first.ended;

    const third = start();
    await third.up;
    expect(await readFile(invitation, 'utf8')).not.toBe(before);
    third.process.kill('SIGTERM');
    expect(await third.ended).toMatchObject({ code: 0 });
    expect(existsSync(join(dataDir, 'database.lock'))).toBe(false);
  }, 180_000);

  it('names a wrong variable and ends before anything starts', async () => {
    const { code, output } = await start({ GUISE_LOG_LEVEL: 'sssecret' }).ended;
    expect(code).toBe(1);
    expect(output).toContain('GUISE_LOG_LEVEL is not a log level');
    expect(output).not.toContain('sssecret');
  });

  it('says so when PostgreSQL does not answer, without the connection string', async () => {
    const { code, output } = await start({ DATABASE_URL: 'postgresql://u:sssecret@127.0.0.1:1/x' }).ended;
    expect(code).toBe(1);
    expect(output).toContain('PostgreSQL does not answer');
    expect(output).not.toContain('sssecret');
  });
});
