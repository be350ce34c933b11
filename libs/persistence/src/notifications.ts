import type { PGlite } from '@electric-sql/pglite';
import type pg from 'pg';
import type { Transaction } from './database.js';

/** What a listener hears. */
export interface NotificationListener {
  readonly onMessage: (text: string) => void;
  /** The connection was lost and is there again: messages of the time between are gone. */
  readonly onGap: () => void;
}

export type Listen = (channel: string, listener: NotificationListener) => Promise<() => Promise<void>>;

const RECONNECT_MS = 500;
/** PostgreSQL takes less than 8,000 bytes. */
const MAX_BYTES = 7_000;

/**
 * Tells every process that listens on this database, this one included, when the transaction commits; and nobody when it
 * does not.
 * @throws RangeError for more than 7,000 bytes in one
 */
export async function notify(tx: Transaction, channel: string, texts: readonly string[]): Promise<void> {
  if (texts.some((text) => Buffer.byteLength(text) > MAX_BYTES)) {
    throw new RangeError('a notification is a short message');
  }
  await tx.$executeRaw`SELECT pg_notify(${channel}, text) FROM unnest(${[...texts]}::text[]) AS text`;
}

/** On the embedded engine: this process is the only one. */
export function listenEmbedded(pglite: PGlite): Listen {
  return async (channel, { onMessage }) => {
    const stop = await pglite.listen(channel, onMessage);
    return () => stop();
  };
}

/** On a connection of its own, opened again whenever it is lost. */
export function listenOnServer(connect: () => pg.Client): Listen {
  return async (channel, listener) => {
    let client: pg.Client | undefined;
    let stopped = false;
    let retry: NodeJS.Timeout | undefined;

    const lost = (): void => {
      client = undefined;
      if (stopped || retry !== undefined) return;
      retry = setTimeout(() => {
        retry = undefined;
        open().then(() => {
          listener.onGap();
        }, lost);
      }, RECONNECT_MS);
      retry.unref();
    };
    const open = async (): Promise<void> => {
      const next = connect();
      next.on('notification', ({ payload }) => {
        listener.onMessage(payload ?? '');
      });
      // Whatever is wrong with it, the connection ends.
      next.on('error', () => undefined);
      await next.connect();
      await next.query(`LISTEN ${next.escapeIdentifier(channel)}`);
      client = next;
      next.once('end', lost);
    };

    await open();
    return async () => {
      stopped = true;
      clearTimeout(retry);
      await client?.end();
    };
  };
}
