import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '@guise/persistence';
import { openLasting, openTestDatabase, testDatabases, type LastingDatabase } from '../testing/index.js';

/** The embedded database lets one process in: its folder's lock is tested with it. */
const kinds = (await testDatabases()).filter((kind) => kind === 'postgresql');

describe.each(kinds)('two processes with one data folder on %s', (kind) => {
  let folder: string;
  let lasting: LastingDatabase;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-presence-'));
    lasting = await openLasting(kind, folder);
  });
  afterEach(async () => {
    await lasting.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const incoming = () => join(folder, 'incoming');
  const receive = () => writeFile(join(incoming(), 'upload'), 'film');

  it('the second leaves alone what the first is receiving, and its invitation', async () => {
    const first = await lasting.open();
    await receive();
    const [before] = await first.database.client.invitation.findMany();
    const second = await lasting.open();
    expect(second.database.presence.isAlone).toBe(false);
    expect(await readdir(incoming())).toEqual(['upload']);
    expect(await second.database.client.invitation.findMany()).toEqual([before]);
    await second.close();
    await first.close();
  });

  it('the next one alone clears away what was left', async () => {
    const first = await lasting.open();
    await receive();
    await first.close();
    const next = await lasting.open();
    expect(next.database.presence.isAlone).toBe(true);
    expect(await readdir(incoming())).toEqual([]);
    await next.close();
  });

  it('one that opens it meanwhile waits until the first has settled', async () => {
    const opened = await Promise.all([lasting.open(), lasting.open()]);
    const alone = opened.filter(({ database }) => database.presence.isAlone);
    expect(alone).toHaveLength(1);
    await Promise.all(opened.map((authority) => authority.close()));
  });
});

describe.each(kinds)('a process that holds the database alone and does not settle, on %s', (kind) => {
  it('keeps another one waiting for a bounded time, which then says what to do', async () => {
    const place = await openTestDatabase(kind);
    const first = await openDatabase(place.options);
    const second = openDatabase({ ...place.options, presenceWaitMs: 200 });
    await expect(second).rejects.toMatchObject({
      ...{ name: 'PersistenceError', code: 'held-alone' },
      message: expect.stringMatching(/for 0\.2 seconds.*pg_terminate_backend\(\d+\)/s) as unknown,
    });
    // What it names is what holds it: as the message says, the next one goes on.
    const { message } = await second.then(
      () => new Error('opened'),
      (error: unknown) => error as Error,
    );
    const end = /SELECT pg_terminate_backend\(\d+\)/.exec(message)?.[0] ?? '';
    await first.client.$queryRawUnsafe(end);
    const next = await openDatabase({ ...place.options, presenceWaitMs: 200 });
    expect(next.presence.isAlone).toBe(true);
    await next.close();
    await first.close();
    await place.drop();
  });
});
