/** A real browser signs in at a real provider: Chromium with a virtual authenticator, by way of a page of another site. */
import { createServer, type Server } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_FLAGS, findChromium } from '@guise/testing';
import {
  freePort,
  openTestAuthority,
  openTestProvider,
  type TestAuthority,
  type TestProvider,
} from '../testing/index.js';

const executable = findChromium();
/** There, nothing may be left out: without a browser the tests fail. */
const complete = [process.env.CI, process.env.GUISE_TESTS_COMPLETE].some(Boolean);
/** Where to put pictures of the pages, for people to look at; unset: none. */
const PICTURES = process.env.GUISE_PICTURES;

describe.skipIf(executable === undefined && !complete)(
  'sign-in at the provider in a browser (needs Chromium: GUISE_CHROMIUM, or chromium in the PATH)',
  () => {
    let provider: TestProvider;
    let authority: TestAuthority;
    let elsewhere: Server;
    let browser: Browser;
    let page: Page;
    let url: string;
    const complaints: string[] = [];

    beforeAll(async () => {
      expect(executable, 'Chromium is needed: set GUISE_CHROMIUM').toBeDefined();
      const [port, loginPort] = [await freePort(), await freePort()];
      url = `http://localhost:${String(port)}`;
      provider = await openTestProvider(url);
      provider.accounts.set('ada', { sub: 'ada', name: 'Ada Lovelace', groups: ['staff'] });
      provider.accounts.set('bea', { sub: 'bea', name: 'Bea', groups: [] });
      elsewhere = await serveLoginPage(loginPort);
      provider.loginPage = `http://127.0.0.1:${String(loginPort)}/`;
      authority = await openTestAuthority('embedded', { env: { ...provider.env, GUISE_PUBLIC_URL: url } });
      await authority.app.listen(port, 'localhost');
      browser = await chromium.launch({
        executablePath: executable ?? '',
        headless: true,
        args: [...CHROMIUM_FLAGS],
      });
      page = await browser.newPage({ viewport: { width: 1000, height: 760 } });
      page.on('console', (line) => {
        if (line.type() === 'error') complaints.push(line.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          ...{ protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true },
          ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
        },
      });
    });
    afterAll(async () => {
      await browser.close();
      await authority.close();
      await provider.close();
      await new Promise((resolve) => elsewhere.close(resolve));
    });

    const message = (text: string | RegExp) => page.locator('#message').filter({ hasText: text }).waitFor();
    const picture = async (name: string): Promise<void> => {
      if (PICTURES === undefined) return;
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
    };
    const signIn = async (sub: string): Promise<void> => {
      provider.user = sub;
      await page.goto(`${url}/account`);
      await page.click('#provider-sign-in');
      await page.waitForURL(/127\.0\.0\.1/);
      await page.click('a');
    };

    it('offers it where passkeys are offered', async () => {
      await page.goto(`${url}/account`);
      await page.locator('#provider-sign-in').waitFor({ state: 'visible' });
      expect(await page.textContent('#provider-sign-in')).toBe('Sign in with Example Ltd');
      await picture('sign-in');
    });

    it('comes back signed in, with a cookie that another site’s requests do not carry', async () => {
      await signIn('ada');
      await message('Signed in as Ada Lovelace.');
      expect(page.url()).toBe(`${url}/account`);
      expect(await page.textContent('#roles')).toBe('employee');
      const cookies = (await page.context().cookies(url)).filter(({ name }) => name.startsWith('__Host-'));
      expect(
        cookies.map(({ name, sameSite, httpOnly, secure }) => [name, sameSite, httpOnly, secure]),
      ).toEqual([['__Host-guise', 'Strict', true, true]]);
      await picture('first-passkey');
    });

    it('has the person make a passkey at once, which then is what counts', async () => {
      await page.click('#create-first-passkey');
      await page.locator('#passkeys li').filter({ hasText: 'First passkey' }).waitFor();
      expect(await page.locator('#first-passkey').isHidden()).toBe(true);
      expect(await page.locator('#provider-link').isVisible()).toBe(true);
      await picture('with-passkey');
      await page.click('#sign-out');
      await message('Signed out.');
      await page.click('#sign-in button[type=submit]');
      await message('Signed in as Ada Lovelace.');
      await page.click('#sign-out');
      await message('Signed out.');
    });

    it('says in words why somebody is not let in', async () => {
      // Or the provider would know its own user still.
      await page.context().clearCookies();
      await signIn('bea');
      await page.locator('h2').filter({ hasText: 'You have no role here' }).waitFor();
      await picture('refused');
      await page.click('text=Back to the sign-in page');
      await page.locator('#provider-sign-in').waitFor({ state: 'visible' });
    });

    it('without a complaint of the content policy', () => {
      const own = complaints.filter((text) => !/status of (401|403)/.test(text));
      expect(own).toEqual([]);
    });
  },
);

/** The provider's own page is another site: 127.0.0.1 and localhost are two. */
async function serveLoginPage(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('to') ?? '';
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Login</title><a href="${to.replaceAll('"', '')}">Go on</a>`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
