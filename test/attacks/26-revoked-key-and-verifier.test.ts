/**
 * THREATS 26, for who verifies and who pairs: what they pinned is older than the theft of a signing key. Defence: `guise verify`
 * and `guise login` read the keys from the pinned ledger, pin what they learn, and take nothing of it back.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LedgerSequencer,
  openServedWearing,
  sceneFrames,
  signIn,
  textOf,
  writeClip,
  type ServedWearing,
} from '@guise/authority/testing';
import { loadPairing, savePairing } from '@guise/client/session';
import { openTestClient, type TestClient } from '@guise/client/testing';
import {
  createEs256Signer,
  issuePermit,
  p256PrivateJwk,
  parsePublishedKeys,
  type Es256Signer,
} from '@guise/permit';
import { keyHistory, permitClaims, trustRoot, verificationReport, type TrustRoot } from '@guise/protocol';

const OK = 0;
const REFUSED_PROOF = 40;
const DIVERGED = 30;

describe('a signing key that was revoked after it was pinned', () => {
  let wearing: ServedWearing;
  let folder: string;
  let client: TestClient;
  let pinned: TrustRoot;
  let thief: Es256Signer;
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    wearing = await openServedWearing('embedded');
    client = await openTestClient({ json: true });
    pinned = trustRoot.parse((await api().get('/.well-known/guise-trust.json')).body);
    const stolen = await readFile(join(authority().config.dataDir, 'keys', 'permit.es256.jwk'), 'utf8');
    thief = await createEs256Signer(p256PrivateJwk.parse(JSON.parse(stolen)));
    const tokens = { accessToken: 'a', refreshToken: 'r', accessExpiresAt: 0, deviceId: wearing.device.id };
    await savePairing(client.home, { authority: wearing.url, deviceName: 'auditor', trust: pinned, tokens });
    await writeFile(path('sign-in'), wearing.organisation.auditor.token, { mode: 0o600 });
    await wear('before');
    authority().clock.advanceSeconds(10);
    await declareCompromised();
    authority().clock.advanceSeconds(10);
    await wear('after');
  });
  afterAll(async () => {
    await client.close();
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });

  const authority = () => wearing.organisation.authority;
  const api = () => authority().api;
  const publish = () => authority().app.get(LedgerSequencer, { strict: false }).publish();

  /** A recording under a permit by the key that signs now. */
  async function wear(name: string): Promise<void> {
    const opened = await wearing.open(name);
    const frames = sceneFrames(name, 2);
    await wearing.wear(opened, frames);
    await writeClip(folder, name, frames);
    await publish();
  }

  async function declareCompromised(): Promise<void> {
    const admin = wearing.organisation.adminA;
    const token = textOf((await signIn(api(), admin.authenticator)).body, 'token');
    const wish = { use: 'permit', reason: 'compromised' };
    const offer = await api().post('/v1/keys/rotation-offer', wish, { token });
    expect((await api().post('/v1/keys/rotation', admin.sign(offer.body), { token })).status).toBe(201);
    await publish();
  }

  const verify = async (...args: readonly string[]) => {
    const told = client.events().length;
    const code = await client.run('verify', ...args);
    return {
      code,
      event: client
        .events()
        .slice(told)
        .find((each) => typeOf(each) === 'verification'),
    };
  };
  const clip = async (name: string, ...args: readonly string[]) =>
    verify(path(`${name}.mp4`), '--sign-in', path('sign-in'), ...args);
  const revokedHere = async (): Promise<readonly string[]> => {
    const { trust } = (await loadPairing(client.home)) ?? {};
    return parsePublishedKeys(trust?.permitKeys).flatMap(({ kid, compromised }) =>
      compromised === true ? [kid] : [],
    );
  };

  it('is not known of before anybody is asked', async () => {
    expect(await revokedHere()).toEqual([]);
    expect(pinned.permitKeys).toHaveLength(1);
  });

  it('is learnt by verifying what the next key signed, and pinned', async () => {
    const { code, event } = await clip('after', '--report', path('after.json'));
    expect([code, event]).toMatchObject([OK, { verdict: 'authorised', stolenKeys: [] }]);
    expect(await revokedHere()).toEqual([thief.kid]);
  });

  it('is told with what it signed in its time, which the ledger proves and which still counts', async () => {
    const { code, event } = await clip('before', '--report', path('before.json'));
    expect([code, event]).toMatchObject([OK, { verdict: 'authorised', stolenKeys: [{ kid: thief.kid }] }]);
  });

  it('proves nothing by what the thief signs, offline as well: dated now, or dated back', async () => {
    const report = verificationReport.parse(JSON.parse(await readFile(path('before.json'), 'utf8')));
    const { proof } = report;
    const [jws = ''] = proof?.permits ?? [];
    const claims = permitClaims.parse(
      JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8')),
    );
    const now = authority().clock.nowSeconds();
    for (const [iat, check] of [
      [now, 'permit-signature'],
      [claims.iat, 'permit-logged'],
    ] as const) {
      const forged = await issuePermit({ ...claims, iat, nbf: iat, exp: iat + 299 }, thief);
      await writeFile(
        path('forged.json'),
        JSON.stringify({ ...report, proof: { ...proof, permits: [forged] } }),
      );
      const { code, event } = await verify('--bundle', path('forged.json'));
      expect(code).toBe(REFUSED_PROOF);
      expect(JSON.stringify(event)).toContain(`"name":"${check}","state":"failed"`);
    }
  });

  it('is not forgotten by an older trust root from a file', async () => {
    await writeFile(path('trust.json'), JSON.stringify(pinned));
    const { code, event } = await clip('before', '--trust', path('trust.json'));
    expect([code, event]).toMatchObject([OK, { stolenKeys: [{ kid: thief.kid }] }]);
    expect(await revokedHere()).toEqual([thief.kid]);
  });

  it('stays revoked where the authority shows the history from before', async () => {
    const genuine = globalThis.fetch;
    const history = keyHistory.parse((await api().get('/.well-known/guise-keys.json')).body);
    const shortened = { ...history, entries: history.entries.slice(0, -1) };
    globalThis.fetch = (input, init) =>
      String(input instanceof Request ? input.url : input).endsWith('/guise-keys.json')
        ? Promise.resolve(Response.json(shortened))
        : genuine(input, init);
    try {
      expect((await clip('before')).code).toBe(DIVERGED);
      // Pairing anew is no way around it: what was pinned of this ledger still binds.
      expect(await client.run('login', '--authority', wearing.url)).toBe(DIVERGED);
    } finally {
      globalThis.fetch = genuine;
    }
    expect(await revokedHere()).toEqual([thief.kid]);
  });
});

const typeOf = (event: unknown): unknown => Reflect.get(Object(event), 'type');
