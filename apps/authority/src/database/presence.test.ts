import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLasting, testDatabases, type LastingDatabase } from '../testing/index.js';

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
