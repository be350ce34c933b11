/**
 * A real browser registers a passkey, signs in with it, pairs a device and confirms an address for notices: Chromium with a
 * virtual authenticator, and a mail server on this machine.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, parseConfig, type Authority } from '@guise/authority';
import {
  codeMailedTo,
  deviceSigner,
  openTestDatabase,
  openTestMailServer,
  type TestDatabase,
  type TestMailServer,
} from '@guise/authority/testing';
import { makeDpopProof } from '@guise/permit';
import { deviceAuthorizationResponse } from '@guise/protocol';
import { CHROMIUM_FLAGS, findChromium } from '@guise/testing';

const executable = findChromium();
/** There, nothing may be left out: without a browser the tests fail. */
const complete = [process.env.CI, process.env.GUISE_TESTS_COMPLETE].some(Boolean);

describe.skipIf(executable === undefined && !complete)(
  'passkeys in a browser (needs Chromium: GUISE_CHROMIUM, or chromium in the PATH)',
  () => {
    let authority: Authority;
    let database: TestDatabase;
    let mailServer: TestMailServer;
    let dataDir: string;
    let url: string;
    let browser: Browser;
    let page: Page;
    let cdp: CDPSession;
    let authenticatorId: string;
    const complaints: string[] = [];

    beforeAll(async () => {
      expect(executable, 'Chromium is needed: set GUISE_CHROMIUM').toBeDefined();
      dataDir = await mkdtemp(join(tmpdir(), 'guise-e2e-'));
      database = await openTestDatabase('embedded');
      const port = await freePort();
      url = `http://localhost:${String(port)}`;
      mailServer = await openTestMailServer({ hideSTARTTLS: true });
      const config = parseConfig({
        ...{ GUISE_DATA_DIR: dataDir, PORT: String(port) },
        GUISE_SMTP_URL: `smtp://localhost:${String(mailServer.port)}`,
        GUISE_SMTP_FROM: 'guise@example.org',
      });
      authority = await createAuthority(config, {
        logger: pino({ level: 'silent' }),
        database: database.options,
      });
      await authority.app.listen(port, '127.0.0.1');
      browser = await chromium.launch({
        executablePath: executable ?? '',
        headless: true,
        args: [...CHROMIUM_FLAGS],
      });
      page = await browser.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      cdp = await page.context().newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      ({ authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          ctap2Version: 'ctap2_1',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      }));
    });
    afterAll(async () => {
      await browser.close();
      await authority.app.close();
      await mailServer.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    });

    const message = async (text: string | RegExp) => {
      await page.locator('#message').filter({ hasText: text }).waitFor({ timeout: 15_000 });
    };

    it('shows a landing page that is ready, without a complaint of the content policy', async () => {
      await page.goto(url);
      await page.locator('#service').filter({ hasText: 'Ready' }).waitFor();
      await page.locator('#ledger').filter({ hasText: 'Signed' }).waitFor();
      expect(await page.textContent('#root')).toMatch(/^[\w-]{43}$/);
      expect(complaints).toEqual([]);
    });

    it('registers the first admin by the bootstrap invitation', async () => {
      await page.goto(`${url}/account`);
      await page.fill('#invitation', (await readFile(join(dataDir, 'bootstrap-invitation'), 'utf8')).trim());
      await page.click('#register button');
      await message('Signed in as First administrator.');
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
      expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);
    });

    it('signs in again with the passkey alone', async () => {
      await page.click('#sign-out');
      await message('Signed out.');
      await page.click('#sign-in button');
      await message('Signed in as First administrator.');
      expect(await page.textContent('#roles')).toBe('admin');
    });

    it('carries the sign-in in a cookie that no script reads, and resumes with it', async () => {
      const cookies = await page.context().cookies();
      expect(cookies).toMatchObject([
        { name: '__Host-guise', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' },
      ]);
      expect(await page.evaluate('document.cookie')).toBe('');
      await page.reload();
      await message('Signed in as First administrator.');
      await page.locator('#sign-ins li').filter({ hasText: 'This one' }).waitFor();
    });

    it('names its passkey, and keeps the last one', async () => {
      await page.locator('#passkeys li').filter({ hasText: 'First passkey' }).waitFor();
      await page.click('text=Remove First passkey');
      await message(/only passkey left/);
    });

    it('pairs a device by the code it shows, and revokes it', async () => {
      const signer = await deviceSigner('e2e laptop');
      const path = '/v1/device-authorizations';
      const started = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          dpop: await makeDpopProof(signer, {
            htm: 'POST',
            htu: `${url}${path}`,
            iat: Math.floor(Date.now() / 1000),
            jti: 'a-proof-used-once-in-this-test',
          }),
        },
        body: JSON.stringify({ deviceName: 'Browser-paired laptop' }),
      });
      const { user_code } = deviceAuthorizationResponse.parse(await started.json());
      await page.fill('#code', user_code.toLowerCase());
      await page.click('#pair button');
      const statement = page.locator('#text').filter({ hasText: signer.kid });
      await statement.waitFor();
      expect(await statement.textContent()).toContain('Browser-paired laptop');
      await page.click('dialog button[value=sign]');
      await message('The device is paired.');
      await page.click('text=Revoke Browser-paired laptop');
      await message('Browser-paired laptop is revoked.');
    });

    it('confirms an address for notices by the code that is mailed there, and removes it', async () => {
      const state = (text: string) =>
        page.locator('#notice-address-state').filter({ hasText: text }).waitFor();
      await state('on this page only');
      expect(await page.isVisible('#confirm-address')).toBe(false);
      await page.fill('#notice-email', 'ada@example.org');
      await page.click('#notice-address button[type=submit]');
      await message('A code is on its way');
      expect(await page.textContent('#pending-address')).toBe('ada@example.org');
      const code = await codeMailedTo(mailServer, 'ada@example.org');
      await page.fill('#notice-code', code === 'BCDF-GHJK' ? 'LMNP-QRST' : 'BCDF-GHJK');
      await page.click('#confirm-address button');
      await message(/wrong, old or used/);
      await state('on this page only');
      await page.fill('#notice-code', code.toLowerCase());
      await page.click('#confirm-address button');
      await message('Notices go to ada@example.org from now on.');
      await state('go to ada@example.org');
      expect(await page.isVisible('#confirm-address')).toBe(false);
      await page.locator('#notices li').filter({ hasText: 'address for notices' }).waitFor();
      await page.reload();
      await state('go to ada@example.org');
      await page.click('#remove-address');
      await message('Notices are on this page only');
      expect(await page.isVisible('#remove-address')).toBe(false);
    });

    it('tells the last admin why they may not leave', async () => {
      await page.fill('#leave-words', 'for good');
      await page.click('#leave-for-good button');
      await page.waitForSelector('#message[data-state=bad]');
      expect(await page.textContent('#message')).toMatch(/admin/i);
      expect(await page.isVisible('#signed-in')).toBe(true);
      await page.reload();
      await page.waitForSelector('#signed-in:not([hidden])');
    });

    it('refuses when the authenticator verifies nobody', async () => {
      await page.click('#sign-out');
      await message('Signed out.');
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
      await page.click('#sign-in button');
      await message(/not used|not valid/);
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    });
  },
);

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
