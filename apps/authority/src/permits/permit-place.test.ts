import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permitClaims, permitResponse } from '@guise/protocol';
import { SystemRandom } from '../ports/random.js';
import {
  openTestSession,
  openWearing,
  testDatabases,
  type TestSession,
  type Wearing,
} from '../testing/index.js';

/** Bytes that a place in a status list is drawn from. */
const DRAWN_BYTES = 3;

/** Draws the places it is told to, and chance after them. */
class LoadedRandom extends SystemRandom {
  readonly places: number[] = [];

  override bytes(length: number): Uint8Array {
    const place = length === DRAWN_BYTES ? this.places.shift() : undefined;
    if (place === undefined) return super.bytes(length);
    const drawn = Buffer.alloc(DRAWN_BYTES);
    drawn.writeUIntBE(place, 0, DRAWN_BYTES);
    return new Uint8Array(drawn);
  }
}

describe.each(await testDatabases())('a permit whose place in the status list is taken, on %s', (kind) => {
  const random = new LoadedRandom();
  let wearing: Wearing;
  let session: TestSession;
  beforeAll(async () => {
    wearing = await openWearing(kind, { random });
    session = await openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar);
  });
  afterAll(() => wearing.organisation.authority.close());

  const placeOf = (permit: string) =>
    permitClaims.parse(JSON.parse(Buffer.from(permit.split('.')[1] ?? '', 'base64url').toString())).status
      .status_list.idx;
  const renew = () => {
    const wish = { avatar: wearing.avatar.id, purpose: 'meeting', audience: 'internal', session: session.id };
    return wearing.device.call('POST', '/v1/permits', wish);
  };
  /** What is stored of permits. */
  async function stored() {
    const { client } = wearing.organisation.authority.database;
    const [permits, places, entries] = await Promise.all([
      client.permit.findMany({ orderBy: { id: 'asc' }, select: { statusListId: true, statusIndex: true } }),
      client.statusEntry.count(),
      client.ledgerEntry.count({ where: { kind: 'permit' } }),
    ]);
    return { permits, places, entries };
  }

  it('gets another one: what was signed for the first is nowhere', async () => {
    const taken = placeOf(session.permit);
    const before = await stored();
    const free = taken === 7 ? 8 : 7;
    await wearing.organisation.authority.database.client.statusEntry.deleteMany({ where: { index: free } });
    const { places } = await stored();
    random.places.push(taken, taken, free);
    const { permit } = permitResponse.parse((await renew()).body);
    expect(placeOf(permit)).toBe(free);
    const after = await stored();
    expect(after.permits).toHaveLength(before.permits.length + 1);
    expect(after.places).toBe(places + 1);
    expect(after.entries).toBe(before.entries + 1);
    expect(new Set(after.permits.map(({ statusIndex }) => statusIndex)).size).toBe(after.permits.length);
  });

  it('is not issued when there is none, and leaves nothing; the session goes on', async () => {
    const before = await stored();
    random.places.push(...Array.from({ length: 64 }, () => placeOf(session.permit)));
    expect((await renew()).status).toBe(500);
    expect(random.places).toEqual([]);
    expect(await stored()).toEqual(before);
    expect((await renew()).status).toBe(201);
  });

  it('is one of several when they are asked for at once and draw alike', async () => {
    const others = await Promise.all(
      [1, 2, 3, 4].map(() => openTestSession(wearing.organisation.authority, wearing.device, wearing.avatar)),
    );
    const before = await stored();
    random.places.push(11, 11, 11, 11, 11);
    const answers = await Promise.all(
      others.map(({ id }) => {
        const { avatar, device } = wearing;
        const wish = { avatar: avatar.id, purpose: 'meeting', audience: 'internal', session: id };
        return device.call('POST', '/v1/permits', wish);
      }),
    );
    const places = answers.map(({ body }) => placeOf(permitResponse.parse(body).permit));
    expect(new Set(places).size).toBe(4);
    expect((await stored()).entries).toBe(before.entries + 4);
  });
});
