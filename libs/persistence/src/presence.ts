import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

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

/** The embedded engine has one process, which the folder's lock sees to. */
export const ALONE: Presence = {
  isAlone: true,
  settle: () => Promise.resolve(),
  leave: () => Promise.resolve(),
};

/** On a connection of its own: the lock goes with it, however this process ends. */
export async function enterServer(client: pg.Client): Promise<Presence> {
  // A lost connection loses the lock: the next to open takes itself for alone. It is not opened again for that.
  client.on('error', () => undefined);
  await client.connect();
  const run = (call: string) =>
    client.query<{ done: boolean }>(`SELECT ${call}($1) AS done`, [PRESENCE_LOCK]);
  const isAlone = await tryAlone(async () => (await run('pg_try_advisory_lock')).rows[0]?.done === true);
  // Waits for one that is just opening it alone.
  if (!isAlone) await run('pg_advisory_lock_shared');
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

async function tryAlone(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    if (await attempt()) return true;
    if (tries === TRIES) return false;
    await sleep(PAUSE_MS);
  }
}
