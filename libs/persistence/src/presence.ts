import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { PersistenceError } from './errors.js';

/** This process among those that have the database open. */
export interface Presence {
  /** No other process had it open when this one opened it: what looks unfinished is a crash's, and may be cleaned away. */
  readonly isAlone: boolean;
  /** From here on others may open it as well. Until then they wait, so that nothing of theirs is cleaned away. */
  settle(): Promise<void>;
  leave(): Promise<void>;
}

/** Key of the advisory lock: shared by every process that has the database open, exclusive while one opens it alone. */
const PRESENCE_LOCK = 7310579606;
/** The server may notice a moment later that a killed process is gone. */
const TRIES = 5;
const PAUSE_MS = 200;
/** A process opens it alone while it migrates and clears away what a crash left: seconds, or it hangs. */
const WAIT_MS = 60_000;
/** PostgreSQL's `lock_not_available`. */
const LOCK_TIMEOUT = '55P03';

/** The embedded engine has one process, which the folder's lock sees to. */
export const ALONE: Presence = {
  isAlone: true,
  settle: () => Promise.resolve(),
  leave: () => Promise.resolve(),
};

/**
 * On a connection of its own: the lock goes with it, however this process ends.
 * @param waitMs how long to wait for one that is just opening it alone
 * @throws PersistenceError `held-alone` when that one does not settle; what the connection throws
 */
export async function enterServer(client: pg.Client, waitMs = WAIT_MS): Promise<Presence> {
  // A lost connection loses the lock: the next to open takes itself for alone. It is not opened again for that.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await enter(client, waitMs);
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function enter(client: pg.Client, waitMs: number): Promise<Presence> {
  const run = (call: string) =>
    client.query<{ done: boolean }>(`SELECT ${call}($1) AS done`, [PRESENCE_LOCK]);
  const isAlone = await tryAlone(async () => (await run('pg_try_advisory_lock')).rows[0]?.done === true);
  if (!isAlone) {
    await client.query(`SET lock_timeout = ${String(waitMs)}`);
    try {
      await run('pg_advisory_lock_shared');
    } catch (error) {
      if (Reflect.get(Object(error), 'code') !== LOCK_TIMEOUT) throw error;
      throw await heldAlone(client, waitMs, error);
    }
    await client.query('RESET lock_timeout');
  }
  return {
    isAlone,
    async settle() {
      if (!isAlone) return;
      await run('pg_advisory_lock_shared');
      await run('pg_advisory_unlock');
    },
    leave: () => client.end(),
  };
}

async function heldAlone(client: pg.Client, waitMs: number, cause: unknown): Promise<PersistenceError> {
  // A key of 64 bits is listed in two halves.
  const held = await client.query<{ pid: number }>(
    `SELECT "pid" FROM pg_locks WHERE "locktype" = 'advisory' AND "mode" = 'ExclusiveLock' AND "granted"
       AND "database" = (SELECT "oid" FROM pg_database WHERE "datname" = current_database())
       AND ("classid"::bigint << 32 | "objid"::bigint) = $1 AND "objsubid" = 1`,
    [PRESENCE_LOCK],
  );
  const pid = String(held.rows[0]?.pid ?? '<pid>');
  return new PersistenceError(
    'held-alone',
    `Another authority is starting on this database and has not become ready for ${String(waitMs / 1000)} seconds. Look at its log, ` +
      'and start this one again when it is ready. If it hangs, end it; if it is gone and its connection is not, end that: ' +
      `SELECT pg_terminate_backend(${pid}).`,
    { cause },
  );
}

async function tryAlone(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    if (await attempt()) return true;
    if (tries === TRIES) return false;
    await sleep(PAUSE_MS);
  }
}
