import { createServer } from 'node:http';
import type { DatabaseKind } from './databases.js';
import { openWearing, type Wearing } from './marked-session.js';
import type { TestAuthorityOptions } from './authority.js';

/** An organisation whose authority listens on a port of this machine. */
export interface ServedWearing extends Wearing {
  /** Its public URL, where it is reached. */
  readonly url: string;
}

export async function openServedWearing(
  kind: DatabaseKind,
  options: TestAuthorityOptions = {},
): Promise<ServedWearing> {
  const port = await freePort();
  const url = `http://localhost:${String(port)}`;
  const wearing = await openWearing(kind, { ...options, env: { GUISE_PUBLIC_URL: url, ...options.env } });
  await wearing.organisation.authority.app.listen(port, 'localhost');
  return { ...wearing, url };
}

/** A port that nobody listened on a moment ago: the URL is part of what is signed before the server starts. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
