import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEs256Key, createEs256Signer, issuePermit } from '@guise/permit';
import { createSeededRandom, permitClaimsFixture } from '@guise/testing';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { sessionOpening, type PermitClaims } from '@guise/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../exit-codes.js';
import { loadDeviceKey } from '../home/device-key.js';
import { openFakeAuthority, problemAnswer, type FakeRoutes } from '../testing/fake-authority.js';
import { sampleBundle } from '../testing/sample-bundle.js';
import { openTestClient } from '../testing/test-context.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const AVATAR = `ava_${'a'.repeat(26)}`;
/** Not there: whoever reads it first fails with `badInput`, so any other end shows that nothing was read. */
const UNREAD = 'no-such-recording.mp4';

async function pairedClient(routes: FakeRoutes = {}) {
  const authority = await openFakeAuthority(routes);
  const client = await openTestClient({ json: true });
  closing.push(authority.close, client.close);
  expect(await client.run('login', '--authority', authority.url)).toBe(EXIT_CODES.ok);
  const bundle = join(client.home, 'avatar.guise');
  await writeFile(bundle, await sampleBundle());
  const output = join(client.home, 'out.mp4');
  const wear = (...rest: readonly string[]) =>
    client.run('process', '-s', bundle, '-t', UNREAD, '-o', output, ...rest);
  return { authority, client, bundle, wear };
}

const SESSION = `ses_${'b'.repeat(26)}`;

const permitAsked = z.object({ opening: z.string() });
const openingOf = (body: string) =>
  sessionOpening.parse(decodeJwt(permitAsked.parse(JSON.parse(body)).opening));

/** A paired client whose authority issues genuine permits, on the ledger it shows or on another. */
async function permittedClient() {
  const random = createSeededRandom('granting');
  let jkt = '';
  let stands: PermitClaims['checkpoint'] | null = null;
  const { client, authority, wear } = await pairedClient({
    'POST /v1/permits': async (body) => {
      const { avatarSha256, chainEnd } = openingOf(body);
      const nowSeconds = Math.floor(Date.now() / 1000);
      const issuer = authority.url;
      const claims = permitClaimsFixture({ random, nowSeconds, jkt, avatarSha256, chainEnd, issuer });
      const { checkpoint } = authority.ledger();
      const permit = await issuePermit(
        { ...claims, checkpoint: stands ?? checkpoint },
        authority.permitSigner,
      );
      return { json: { permit, session: SESSION, expiresAt: claims.exp, watermarkKey: 'A'.repeat(43) } };
    },
    [`POST /v1/sessions/${SESSION}/close`]: () => ({ status: 204, text: '' }),
  });
  jkt = (await loadDeviceKey(client.home))?.jkt ?? '';
  return {
    client,
    authority,
    pin: () => readFile(join(client.home, 'ledger-pin.note'), 'utf8'),
    /** From now on permits stand on this state, whatever the ledger shows to others. */
    standOn: (checkpoint: PermitClaims['checkpoint']): void => {
      stands = checkpoint;
    },
    wear: () => wear('--avatar', AVATAR, '--purpose', 'meeting'),
  };
}

describe('guise process and the ledger its permit stands on', () => {
  it('pins what the permit leads to, when it continues what was seen', async () => {
    const { authority, pin, wear } = await permittedClient();
    await authority.showLedger(7);
    expect(await wear()).toBe(EXIT_CODES.badInput);
    expect(await pin()).toBe(authority.ledger().note);
  });

  it.each([
    ['a fork of the same length', 3, 'another', /rewritten/],
    ['a longer fork', 9, 'another', /rewritten/],
    ['a rollback', 2, 'honest', /size 2, but size 3 was seen before/],
  ])('refuses %s and keeps the old pin', async (_, size, history, words) => {
    const { client, authority, pin, wear } = await permittedClient();
    const before = await pin();
    await authority.showLedger(size, history);
    expect(await wear()).toBe(EXIT_CODES.diverged);
    expect(client.events().at(-1)).toMatchObject({ exit: 'diverged', exitCode: 30 });
    expect(JSON.stringify(client.events().at(-1))).toMatch(words);
    expect(await pin()).toBe(before);
  });

  it('refuses a permit that stands on another history than the ledger shows to everybody', async () => {
    const { authority, standOn, wear } = await permittedClient();
    await authority.showLedger(5, 'shown to this device alone');
    standOn(authority.ledger().checkpoint);
    await authority.showLedger(6);
    expect(await wear()).toBe(EXIT_CODES.diverged);
    expect(authority.asked.at(-1)).toBe(`POST /v1/sessions/${SESSION}/close`);
  });
});

describe('guise process and a recording that cannot be read', () => {
  it('closes the session it opened', async () => {
    const { client, authority, wear } = await permittedClient();
    expect(await wear()).toBe(EXIT_CODES.badInput);
    expect(authority.asked.at(-1)).toBe(`POST /v1/sessions/${SESSION}/close`);
    expect(await readdir(client.home)).not.toContain('out.mp4');
  });
});

describe('guise process refuses before it reads a frame', () => {
  it('without a permit, and shows the reasons', async () => {
    const denied = problemAnswer('permit-denied', 403, {
      reasons: [{ code: 'consent-in-force', message: 'There is no consent in force.' }],
    });
    const { client, wear } = await pairedClient({ 'POST /v1/permits': () => denied });
    expect(await wear('--avatar', AVATAR)).toBe(EXIT_CODES.refused);
    expect(client.events().at(-1)).toMatchObject({
      type: 'error',
      exit: 'refused',
      reasons: [{ code: 'consent-in-force' }],
    });
    expect(await readdir(client.home)).not.toContain('out.mp4');
  });

  it('with a permit that a key signed which was not pinned, though the authority itself hands it out', async () => {
    const random = createSeededRandom('rogue');
    const rogue = await createEs256Signer(createEs256Key(random(48)));
    const claims = permitClaimsFixture({
      random,
      nowSeconds: Math.floor(Date.now() / 1000),
      jkt: 'A'.repeat(43),
      avatarSha256: '00'.repeat(32),
    });
    const permit = await issuePermit(claims, rogue);
    const { client, wear } = await pairedClient({
      'POST /v1/permits': () => ({
        json: {
          permit,
          session: `ses_${'b'.repeat(26)}`,
          expiresAt: claims.exp,
          watermarkKey: 'A'.repeat(43),
        },
      }),
    });
    expect(await wear('--avatar', AVATAR)).toBe(EXIT_CODES.gateShut);
    expect(JSON.stringify(client.events().at(-1))).toMatch(/"exit":"gateShut".*pinned/);
  });

  it('when the authority is gone, or answers garbage', async () => {
    const { authority, wear } = await pairedClient({
      'POST /v1/permits': () => ({ text: 'welcome to the hotel wifi' }),
    });
    expect(await wear('--avatar', AVATAR)).toBe(EXIT_CODES.unreachable);
    authority.close();
    expect(await wear('--avatar', AVATAR)).toBe(EXIT_CODES.unreachable);
  });

  it('without an avatar id, with a bad one, and with a picture instead of a bundle', async () => {
    const { client, wear } = await pairedClient();
    expect(await wear()).toBe(EXIT_CODES.usage);
    expect(await wear('--avatar', 'mona')).toBe(EXIT_CODES.usage);
    const picture = join(client.home, 'face.jpg');
    await writeFile(picture, 'JFIF');
    expect(await client.run('process', '-s', picture, '-t', UNREAD, '-o', 'x.mp4', '--avatar', AVATAR)).toBe(
      EXIT_CODES.badInput,
    );
  });

  it('when the output would overwrite the recording', async () => {
    const { client, bundle } = await pairedClient();
    expect(
      await client.run('process', '-s', bundle, '-t', './a.mp4', '-o', 'a.mp4', '--avatar', AVATAR),
    ).toBe(EXIT_CODES.usage);
  });
});
