import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.js';

export interface AuthorityProcess {
  readonly url: string;
  /** The one-time invitation of the first admin. */
  readonly invitation: string;
  stop(): Promise<void>;
}

export interface AuthorityLaunch {
  /** Root of the installation. */
  readonly root: string;
  /** PATH and the like. */
  readonly environment: Readonly<Record<string, string>>;
  readonly dataDir: string;
  /** Where its log goes. */
  readonly logFile: string;
}

const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 10_000;

/** Starts the real authority as a process of its own on a fresh data folder, and waits until it is ready. */
export async function startAuthority(launch: AuthorityLaunch): Promise<AuthorityProcess> {
  const port = await freePort();
  const url = `http://localhost:${String(port)}`;
  await mkdir(launch.dataDir, { recursive: true });
  const child = spawn(process.execPath, [join(launch.root, 'apps', 'authority', 'dist', 'main.js')], {
    cwd: launch.root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...launch.environment,
      GUISE_DATA_DIR: launch.dataDir,
      GUISE_PUBLIC_URL: url,
      GUISE_RP_ID: 'localhost',
      GUISE_ORGANISATION: 'Guise demo',
      GUISE_LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      PORT: String(port),
    },
  });
  const log = createWriteStream(launch.logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  // However this process ends, the authority does not stay behind.
  const killNow = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killNow);
  const stop = async (): Promise<void> => {
    await stopChild(child);
    process.off('exit', killNow);
  };
  try {
    await untilReady(child, url, launch.logFile);
    const invitation = (await readFile(join(launch.dataDir, 'bootstrap-invitation'), 'utf8')).trim();
    return { url, invitation, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new CliError('setupIncomplete', 'the authority ended at once', `Its log says why: ${logFile}`);
    }
    const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(150);
  }
  throw new CliError(
    'setupIncomplete',
    'the authority did not get ready in time',
    `Its log says why: ${logFile}`,
  );
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}
