/**
 * THREATS 26: somebody has a signing key of the authority, or invents one. Defence: keys end, each counts only in its time, what
 * a compromised one signed counts only where the ledger proves when, and no key counts that the ledger does not hold.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPermitKeys, savePairing, type PermitKeysPorts } from '@guise/client/session';
import { parseVerifierKey, verifyCheckpoint } from '@guise/ledger';
import {
  createEs256Key,
  createEs256Signer,
  issueAccessToken,
  issueConsentReceipt,
  issuePermit,
  issueStatusList,
  p256PrivateJwk,
  packPermitStatuses,
  parsePublishedKeys,
  PermitError,
  verifyConsentReceipt,
  verifyPermit,
  verifyPermitAuthenticity,
  verifyStatusList,
  type Es256Signer,
  type PinnedKey,
} from '@guise/permit';
import {
  consentReceiptClaims,
  deviceId,
  keyHistory,
  permitClaims,
  personId,
  trustRoot,
  type KeyHistory,
  type PermitClaims,
  type TrustRoot,
} from '@guise/protocol';
import { requireKeysContinue, VerificationError, verifyKeyHistory } from '@guise/verification';
import { createSeededRandom } from '@guise/testing';
import {
  LedgerSequencer,
  openTestSession,
  openWearing,
  signIn,
  SigningKeys,
  textOf,
  type TestSession,
  type Wearing,
} from '@guise/authority/testing';

const parse = (part = ''): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

describe('a signing key in other hands', () => {
  let wearing: Wearing;
  let session: TestSession;
  let genuine: PermitClaims;
  let receipt: ReturnType<typeof consentReceiptClaims.parse>;
  /** The authority's own keys, as the thief read them from its disk. */
  let thief: { readonly permit: Es256Signer; readonly token: Es256Signer };
  let before: { readonly history: KeyHistory; readonly trust: TrustRoot };
  let after: { readonly history: KeyHistory; readonly trust: TrustRoot };

  const api = () => wearing.organisation.authority.api;
  const now = () => wearing.organisation.authority.clock.nowSeconds();
  const published = async () => {
    await wearing.organisation.authority.app.get(LedgerSequencer, { strict: false }).publish();
    return {
      history: keyHistory.parse((await api().get('/.well-known/guise-keys.json')).body),
      trust: trustRoot.parse((await api().get('/.well-known/guise-trust.json')).body),
    };
  };
  const keysOf = ({ permitKeys }: TrustRoot): readonly PinnedKey[] => parsePublishedKeys(permitKeys);
  const steal = async (name: string): Promise<Es256Signer> => {
    const path = join(wearing.organisation.authority.config.dataDir, 'keys', `${name}.es256.jwk`);
    return createEs256Signer(p256PrivateJwk.parse(JSON.parse(await readFile(path, 'utf8'))));
  };
  const declareCompromised = async (use: string): Promise<void> => {
    const admin = wearing.organisation.adminA;
    const token = textOf((await signIn(api(), admin.authenticator)).body, 'token');
    const offer = await api().post('/v1/keys/rotation-offer', { use, reason: 'compromised' }, { token });
    expect((await api().post('/v1/keys/rotation', admin.sign(offer.body), { token })).status).toBe(201);
  };

  beforeAll(async () => {
    wearing = await openWearing('embedded');
    const { authority, executive } = wearing.organisation;
    session = await openTestSession(authority, wearing.device, wearing.avatar);
    genuine = permitClaims.parse(parse(session.permit.split('.')[1]));
    const answer = await api().get(`/v1/consents/${wearing.avatar.consent ?? ''}/receipt`, {
      token: executive.token,
    });
    receipt = consentReceiptClaims.parse(parse(String(answer.body).split('.')[1]));
    thief = { permit: await steal('permit'), token: await steal('access-token') };
    before = await published();
    authority.clock.advanceSeconds(10);
    await declareCompromised('permit');
    await declareCompromised('access-token');
    after = await published();
    authority.clock.advanceSeconds(10);
  });
  afterAll(() => wearing.organisation.authority.close());

  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'accepted',
      (error: unknown) =>
        error instanceof PermitError || error instanceof VerificationError ? error.code : String(error),
    );
  const forge = (iat: number, signer = thief.permit): Promise<string> =>
    issuePermit({ ...genuine, iat, nbf: iat, exp: iat + 300 }, signer);
  const atGate = (jws: string, keys: readonly PinnedKey[]): Promise<string> => {
    const { jkt } = genuine.cnf;
    const expected = {
      ...{ issuer: genuine.iss, audience: 'guise-runtime', jkt, purpose: 'meeting' as const },
      avatarSha256: wearing.avatar.sha256,
    };
    return codeOf(verifyPermit(jws, { keys, now: now(), expected }));
  };
  const asEvidence = async (jws: string, iat: number): Promise<string> =>
    codeOf(verifyPermitAuthenticity(jws, { keys: keysOf(after.trust), now: iat, issuer: genuine.iss }));

  it('was good until it was declared compromised', async () => {
    expect(await atGate(await forge(now() - 15), keysOf(before.trust))).toBe('accepted');
  });

  it('opens no gate any more, dated now or dated back', async () => {
    expect(await atGate(await forge(now()), keysOf(after.trust))).toBe('key-ended');
    expect(await atGate(await forge(now() - 15), keysOf(after.trust))).toBe('key-compromised');
  });

  it('makes no evidence after its end; what the ledger had before still counts', async () => {
    expect(await asEvidence(await forge(now()), now())).toBe('key-ended');
    expect(await asEvidence(session.permit, genuine.iat)).toBe('accepted');
  });

  it('makes neither status lists nor receipts, not even dated back', async () => {
    const keys = keysOf(after.trust);
    const { uri } = genuine.status.status_list;
    for (const [iat, code] of [
      [now(), 'key-compromised'],
      [genuine.iat, 'key-compromised'],
    ] as const) {
      const statuses = packPermitStatuses([]);
      const list = await issueStatusList(
        { uri, iat, exp: iat + 120, ttlSeconds: 30, statuses },
        thief.permit,
      );
      expect(await codeOf(verifyStatusList(list, { keys, uri, now: now() }))).toBe(code);
      const forged = await issueConsentReceipt({ ...receipt, iat }, thief.permit);
      expect(await codeOf(verifyConsentReceipt(forged, { keys, issuer: receipt.iss }))).toBe(code);
    }
  });

  it('lets no device in at the authority, dated now or dated back', async () => {
    const { authority, employee } = wearing.organisation;
    const url = `/v1/sessions/${session.id}/lease`;
    for (const iat of [now(), now() - 15]) {
      const accessToken = await issueAccessToken(
        {
          ...{
            iss: authority.config.publicUrl,
            aud: authority.config.publicUrl,
            sub: personId.parse(employee.id),
          },
          ...{ client_id: deviceId.parse(wearing.device.id), jti: 'j'.repeat(22), iat, exp: iat + 600 },
          cnf: { jkt: wearing.device.signer.kid },
        },
        thief.token,
      );
      expect((await wearing.device.call('GET', url, undefined, { accessToken })).status).toBe(401);
    }
  });

  it('cannot be replaced by a key of the thief’s own, in the database or in what is shown', async () => {
    const { authority } = wearing.organisation;
    const own = await createEs256Signer(createEs256Key(createSeededRandom('thief')(48)));
    await authority.database.client.$executeRaw`
      INSERT INTO "SigningKey" ("kid", "use", "storeId", "publicJwk", "publishedAt", "activeFrom", "activeUntil")
      VALUES (${own.kid}, 'permit', 'permit-stolen', ${JSON.stringify(own.publicJwk)}::jsonb, now(),
        '1970-01-01', '2100-01-01')`;
    await authority.app.get(SigningKeys, { strict: false }).look();
    const shown = await published();
    expect(keysOf(shown.trust).map(({ kid }) => kid)).not.toContain(own.kid);
    expect(await atGate(await forge(now(), own), keysOf(shown.trust))).toBe('unknown-key');
    const [first] = shown.history.entries;
    if (first === undefined) throw new Error('no entry');
    const payload = Buffer.from(first.payload, 'base64url')
      .toString('latin1')
      .replace(thief.permit.kid, own.kid);
    const swapped = { ...first, payload: Buffer.from(payload, 'latin1').toString('base64url') };
    const entries = [swapped, ...shown.history.entries.slice(1)];
    expect(await codeOf(verifyKeyHistory({ ...shown.history, entries }, shown.trust))).toBe(
      'key-history-invalid',
    );
    expect(await codeOf(verifyKeyHistory(shown.history, shown.trust))).toBe('accepted');
  });

  it('cannot be hidden by leaving out what ended it', async () => {
    const { history, trust } = after;
    const without = (left: number) =>
      verifyKeyHistory({ ...history, entries: history.entries.toSpliced(left, 1) }, trust);
    expect(await codeOf(without(0))).toBe('key-history-invalid');
    // That the newest one is missing shows to whoever has seen it.
    const { permitKeys } = await without(2);
    expect(permitKeys.map(({ kid }) => kid)).toEqual([thief.permit.kid]);
    expect(() => {
      requireKeysContinue(keysOf(trust), permitKeys);
    }).toThrow(VerificationError);
  });

  describe('and a runtime', () => {
    let home: string;
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    });
    afterAll(() => rm(home, { recursive: true, force: true }));

    /** A runtime that pinned `trust`, and is shown these histories one after the other. */
    const runtime = async (trust: TrustRoot, ...shown: readonly KeyHistory[]) => {
      let asked = 0;
      let time = 1_000_000;
      const tokens = { accessToken: '', refreshToken: '', accessExpiresAt: 0, deviceId: '' };
      await savePairing(home, { authority: trust.issuer, deviceName: 'device', trust, tokens });
      const ports: PermitKeysPorts = {
        home,
        publicApi: {
          keyHistory: () => Promise.resolve(shown[asked++] ?? shown[shown.length - 1] ?? after.history),
        },
        ledgerPin: { accept: () => Promise.resolve() },
        nowMs: () => time,
      };
      const keys = createPermitKeys(trust, ports);
      const check = (jws: string) =>
        keys
          .check((known) => atGate(jws, known).then((code) => (code === 'accepted' ? code : refuse(code))))
          .catch((error: unknown) => (error instanceof PermitError ? error.code : String(error)));
      return {
        check,
        asked: () => asked,
        wait: (ms: number) => {
          time += ms;
        },
      };
    };
    const refuse = (code: string): never => {
      if (code === 'unknown-key') throw new PermitError('unknown-key');
      throw new Error(code);
    };
    const fresh = (): Promise<string> => {
      const { app } = wearing.organisation.authority;
      return forge(now(), app.get(SigningKeys, { strict: false }).signer('permit', now()));
    };

    it('learns the new key from the ledger it pinned, and with it that the old one ended', async () => {
      const { check, asked } = await runtime(before.trust, after.history);
      expect(await check(await fresh())).toBe('accepted');
      expect(await check(await forge(now()))).toContain('key-ended');
      expect(asked()).toBe(1);
    });

    it('asks at most once a minute, whatever it is sent', async () => {
      const { check, asked, wait } = await runtime(before.trust, before.history);
      const strangers = await Promise.all(
        Array.from({ length: 5 }, async (_, i) =>
          forge(
            now(),
            await createEs256Signer(createEs256Key(createSeededRandom(`stranger ${String(i)}`)(48))),
          ),
        ),
      );
      for (const jws of strangers) expect(await check(jws)).toBe('unknown-key');
      await Promise.all(strangers.map(check));
      expect(asked()).toBe(1);
      wait(60_000);
      await check(strangers[0] ?? '');
      expect(asked()).toBe(2);
    });

    it('refuses to go back to the state in which the stolen key was good', async () => {
      const { check } = await runtime(after.trust, before.history);
      const stranger = await createEs256Signer(createEs256Key(createSeededRandom('another')(48)));
      expect(await check(await forge(now(), stranger))).toContain('key history does not hold');
      expect(await check(await forge(now()))).toContain('key-ended');
    });

    it('believes no history of another ledger', async () => {
      const note = after.history.checkpoint.replace(/\n— .*/s, '\n');
      const { check } = await runtime(before.trust, { ...after.history, checkpoint: note });
      expect(await check(await fresh())).toContain('key history does not hold');
      expect(() => verifyCheckpoint(note, parseVerifierKey(before.trust.ledgerKey))).toThrow();
    });
  });
});
