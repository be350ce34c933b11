/** The portrait renderer, bundled for a browser, draws in a Chromium worker what it draws in Node, within one code value. */
import { join } from 'node:path';
import { builtinBundle, findCharacter } from '@guise/client/avatar';
import { decodeImage } from '@guise/media';
import { CHROMIUM_FLAGS, findChromium } from '@guise/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorker } from './bundle-worker.js';
import { drawGoldenFrames, type Kernels } from './portrait-browser/golden-poses.js';
import { avatarOfWire, fromBase64, toBase64, type WireAvatar } from './portrait-browser/wire.js';

const WORKER = join(import.meta.dirname, 'portrait-browser/worker.ts');
const PAGE = 'http://portrait.test/';
const executable = findChromium();
/** There, nothing may be left out: without a browser the tests fail. */
const complete = [process.env.CI, process.env.GUISE_TESTS_COMPLETE].some(Boolean);

describe.skipIf(executable === undefined && !complete)(
  'the portrait in a browser worker (needs Chromium: GUISE_CHROMIUM, or chromium in the PATH)',
  () => {
    let browser: Browser;
    let page: Page;
    let worker: string;
    let avatar: WireAvatar;

    beforeAll(async () => {
      expect(executable, 'Chromium is needed: set GUISE_CHROMIUM').toBeDefined();
      [worker, avatar] = [await bundleWorker(WORKER), await drawnAvatar()];
      browser = await chromium.launch({ executablePath: executable ?? '', args: [...CHROMIUM_FLAGS] });
      page = await browser.newPage();
      await page.route(PAGE, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>portrait</title>' }),
      );
      await page.goto(PAGE);
    }, 120_000);

    afterAll(async () => {
      await browser.close();
    });

    it.each(['auto', 'scalar'] as const)(
      'draws the golden frames with the kernels chosen by "%s" as Node does',
      async (kernels) => {
        const here = drawGoldenFrames(avatarOfWire(avatar), kernels);
        const there = await drawInWorker(kernels);
        expect(there.length).toBe(here.length);
        expect(largestDifference(here, there)).toBeLessThanOrEqual(1);
      },
      120_000,
    );

    it('draws four different pictures, in colours', () => {
      const frames = drawGoldenFrames(avatarOfWire(avatar), 'auto');
      const size = frames.length / 4;
      const [first, ...others] = [0, 1, 2, 3].map((i) => frames.subarray(i * size, (i + 1) * size));
      for (const other of others) expect(largestDifference(first ?? other, other)).toBeGreaterThan(40);
      expect(new Set(first?.subarray((size * 2) / 3)).size).toBeGreaterThan(20);
    });

    /** Runs the bundle in a dedicated worker. */
    async function drawInWorker(kernels: Kernels): Promise<Uint8Array> {
      const answer = await page.evaluate(`new Promise((resolve, reject) => {
        const blob = new Blob([${JSON.stringify(worker)}], { type: 'text/javascript' });
        const worker = new Worker(URL.createObjectURL(blob));
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(${JSON.stringify({ avatar, kernels })});
      })`);
      return fromBase64(String(answer));
    }
  },
);

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0);
}

/** A built-in character: nobody's likeness, with fine lines and soft shades. */
async function drawnAvatar(): Promise<WireAvatar> {
  const bundle = await builtinBundle(findCharacter('slate'));
  const { width, height, data } = await decodeImage(bundle.picture.bytes);
  if (bundle.personMask === undefined) throw new Error('a drawn character has a mask');
  return {
    picture: { width, height, data: toBase64(data) },
    landmarks: toBase64(new Uint8Array(bundle.landmarks.slice().buffer)),
    personMask: { ...bundle.personMask, data: toBase64(bundle.personMask.data) },
  };
}
