import { parsePublishedKeys, verifyConsentReceipt, verifyPermit } from '@guise/permit';
import { keyHistory, permitResponse, signingKeyList, trustRoot } from '@guise/protocol';
import { verifyKeyHistory } from '@guise/verification';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import {
  askPermit,
  openWearing,
  pairDevice,
  signIn,
  testDatabases,
  textOf,
  type TestPerson,
  type Wearing,
} from '../testing/index.js';
import { DESTROY_AFTER_SECONDS, PUBLISH_SECONDS } from './key-life.js';
import { KeyStore } from './key-store.js';
import { SigningKeys } from './signing-keys.js';

const jwks = z.object({ keys: z.array(z.unknown()) });
const DAY = 24 * 3600;

describe.each(await testDatabases())('signing keys on %s', (kind) => {
  let wearing: Wearing;
  let admin: TestPerson;
  beforeAll(async () => {
    wearing = await openWearing(kind);
  });
  beforeEach(async () => {
    admin = await fresh(wearing.organisation.adminA);
  });
  afterAll(() => wearing.organisation.authority.close());

  const api = () => wearing.organisation.authority.api;
  const clock = () => wearing.organisation.authority.clock;
  const fresh = async (person: TestPerson): Promise<TestPerson> => ({
    ...person,
    token: textOf((await signIn(api(), person.authenticator)).body, 'token'),
  });
  const rotate = async (reason: 'planned' | 'compromised', by = admin, use = 'permit') => {
    const { token } = by;
    const offer = await api().post('/v1/keys/rotation-offer', { use, reason }, { token });
    return api().post('/v1/keys/rotation', by.sign(offer.body), { token });
  };
  const states = async () => {
    const { body } = await api().get('/v1/keys', { token: admin.token });
    const { keys } = signingKeyList.parse(body);
    return keys.filter(({ use }) => use === 'permit').map(({ state }) => state);
  };
  const published = async () =>
    parsePublishedKeys(jwks.parse((await api().get('/.well-known/jwks.json')).body).keys);
  const trust = async () => trustRoot.parse((await api().get('/.well-known/guise-trust.json')).body);
  const trusted = async () => parsePublishedKeys((await trust()).permitKeys);
  /** With a new access token: they live for minutes. */
  const pairAnew = async (): Promise<void> => {
    const { authority, employee } = wearing.organisation;
    const seed = `${kind} ${String(clock().nowSeconds())}`;
    wearing = { ...wearing, device: await pairDevice(authority, await fresh(employee), seed) };
  };
  const permit = async () => {
    const { answer } = await askPermit(wearing.organisation.authority, wearing.device, wearing.avatar);
    return permitResponse.parse(answer.body).permit;
  };
  const verify = (jws: string, keys: Awaited<ReturnType<typeof published>>) => {
    const { authority } = wearing.organisation;
    const { sha256: avatarSha256 } = wearing.avatar;
    return verifyPermit(jws, {
      keys,
      now: authority.clock.nowSeconds(),
      expected: {
        ...{ issuer: authority.config.publicUrl, audience: 'guise-runtime', purpose: 'meeting' },
        ...{ jkt: wearing.device.signer.kid, avatarSha256 },
      },
    });
  };
  const history = async () => {
    await wearing.organisation.authority.app.get(LedgerSequencer, { strict: false }).publish();
    return keyHistory.parse((await api().get('/.well-known/guise-keys.json')).body);
  };

  it('begin with one that has no beginning, proven by the ledger', async () => {
    expect(await states()).toEqual(['current']);
    const [key, ...more] = await published();
    expect([key?.notBefore, key?.notAfter, more.length]).toEqual([undefined, undefined, 0]);
    const { permitKeys } = await verifyKeyHistory(await history(), await trust());
    expect(permitKeys).toEqual(await trusted());
  });

  it('rotate in turn with an overlap in which nobody is refused', async () => {
    const [old] = await published();
    expect((await rotate('planned')).status).toBe(201);
    expect(await states()).toEqual(['current', 'next']);
    const during = await published();
    expect(during.map(({ kid }) => kid)).toHaveLength(2);
    const before = await permit();
    await verify(before, during);
    clock().advanceSeconds(PUBLISH_SECONDS - 1);
    await pairAnew();
    const last = await permit();
    clock().advanceSeconds(1);
    expect(await states()).toEqual(['retired', 'current']);
    const after = await permit();
    // Who fetched the keys while the new one was only published can check both.
    for (const jws of [last, after]) await verify(jws, during);
    const kidOf = (jws: string): unknown =>
      JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString());
    expect(kidOf(last)).toMatchObject({ kid: old?.kid });
    expect(kidOf(after)).not.toMatchObject({ kid: old?.kid });
    clock().advanceSeconds(DAY);
    expect((await published()).map(({ kid }) => kid)).not.toContain(old?.kid);
    expect((await trusted()).map(({ kid }) => kid)).toContain(old?.kid);
  });

  it('destroy the private half an hour after the end, and know the public one for ever', async () => {
    const { app } = wearing.organisation.authority;
    const old = app
      .get(SigningKeys, { strict: false })
      .records()
      .find(({ use, activeUntil }) => use === 'permit' && activeUntil !== null);
    clock().advanceSeconds(DESTROY_AFTER_SECONDS);
    await app.get(SigningKeys, { strict: false }).destroyEnded();
    const store = app.get(KeyStore, { strict: false });
    await expect(store.sign(old?.storeId ?? '', Buffer.of(1))).rejects.toThrow();
    expect(await store.publicKey(old?.storeId ?? '')).toEqual(old?.jwk);
    expect((await trusted())[0]?.kid).toBe(old?.kid);
  });

  it('check receipts of a key that ended long ago', async () => {
    const { executive, authority } = wearing.organisation;
    const owner = await fresh(executive);
    const list = await api().get('/v1/consents', { token: owner.token });
    const id = z.object({ consents: z.array(z.object({ id: z.string() })).min(1) }).parse(list.body)
      .consents[0]?.id;
    const receipt = await api().get(`/v1/consents/${id ?? ''}/receipt`, { token: owner.token });
    admin = await fresh(wearing.organisation.adminA);
    expect((await rotate('planned')).status).toBe(201);
    clock().advanceSeconds(3 * 365 * DAY);
    const about = { keys: await trusted(), issuer: authority.config.publicUrl };
    expect((await verifyConsentReceipt(String(receipt.body), about)).iat).toBeGreaterThan(0);
    const { permitKeys } = await verifyKeyHistory(await history(), await trust());
    expect(permitKeys).toEqual(await trusted());
  });

  it('are rotated by admins who sign for it, once a day, and all admins are told', async () => {
    const { employee, auditor, adminB } = wearing.organisation;
    for (const person of [await fresh(employee), await fresh(auditor)]) {
      const wish = { use: 'permit', reason: 'planned' };
      const answer = await api().post('/v1/keys/rotation-offer', wish, { token: person.token });
      expect(answer.status).toBe(403);
    }
    const offer = await api().post(
      '/v1/keys/rotation-offer',
      { use: 'permit', reason: 'planned' },
      { token: admin.token },
    );
    const other = await fresh(adminB);
    // Somebody else's offer, and one that was used, are none.
    const stolen = await api().post('/v1/keys/rotation', admin.sign(offer.body), { token: other.token });
    expect(stolen.status).toBe(422);
    const signed = admin.sign(offer.body);
    expect((await api().post('/v1/keys/rotation', signed, { token: admin.token })).status).toBe(201);
    expect((await api().post('/v1/keys/rotation', signed, { token: admin.token })).status).toBe(422);
    expect((await rotate('planned')).status).toBe(409);
    const { body } = await api().get('/v1/me/notices', { token: other.token });
    expect(JSON.stringify(body)).toContain('key-rotated');
  });

  it('of access tokens rotate too: a device goes on with what it has', async () => {
    await pairAnew();
    const { device } = wearing;
    const call = () => device.call('GET', '/v1/policy');
    expect((await call()).status).toBe(200);
    expect((await rotate('planned', admin, 'access-token')).status).toBe(201);
    clock().advanceSeconds(PUBLISH_SECONDS - 1);
    expect((await call()).status).toBe(200);
    const old = device.accessToken;
    clock().advanceSeconds(1);
    await pairAnew();
    const kidOf = (token: string) => Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
    expect(kidOf(wearing.device.accessToken)).not.toBe(kidOf(old));
    expect((await wearing.device.call('GET', '/v1/policy')).status).toBe(200);
  });

  it('are guarded by the database as well', async () => {
    const { client } = wearing.organisation.authority.database;
    const refused = (sql: string) => expect(client.$executeRawUnsafe(sql), sql).rejects.toThrow();
    await refused(`DELETE FROM "SigningKey"`);
    await refused(`UPDATE "SigningKey" SET "publicJwk" = '{}'`);
    await refused(
      `UPDATE "SigningKey" SET "activeUntil" = NULL, "newestFor" = "use" WHERE "activeUntil" IS NOT NULL`,
    );
    await refused(`UPDATE "SigningKey" SET "activeUntil" = "activeUntil" + INTERVAL '1 day'`);
    await refused(`UPDATE "SigningKey" SET "activeFrom" = "activeFrom" - INTERVAL '1 day'`);
    await refused(`INSERT INTO "SigningKey" SELECT 'k2', "use", 's2', "publicJwk", "publishedAt", "activeFrom", NULL,
      "use", NULL, NULL, NULL FROM "SigningKey" LIMIT 1`);
  });
});
