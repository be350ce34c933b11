/** The watermark library, bundled for a browser, marks and reads in a Chromium worker exactly as it does in Node. */
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorker } from './bundle-worker.js';
import { CHROMIUM_FLAGS, findChromium } from '@guise/testing';
import { embedAndDetect } from './watermark-browser/embed-and-detect.js';

const WORKER = join(import.meta.dirname, 'watermark-browser/worker.ts');
const PAGE = 'http://watermark.test/';
const executable = findChromium();
/** There, nothing may be left out: without a browser the tests fail. */
const complete = [process.env.CI, process.env.GUISE_TESTS_COMPLETE].some(Boolean);

describe.skipIf(executable === undefined && !complete)(
  'the watermark in a browser worker (needs Chromium: GUISE_CHROMIUM, or chromium in the PATH)',
  () => {
    let browser: Browser;
    let page: Page;
    let worker: string;

    beforeAll(async () => {
      expect(executable, 'Chromium is needed: set GUISE_CHROMIUM').toBeDefined();
      worker = await bundleWorker(WORKER);
      browser = await chromium.launch({ executablePath: executable ?? '', args: [...CHROMIUM_FLAGS] });
      page = await browser.newPage();
      await page.route(PAGE, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>mark</title>' }),
      );
      await page.goto(PAGE);
    });

    afterAll(async () => {
      await browser.close();
    });

    it.each([
      ['auto', 'simd'],
      ['scalar', 'scalar'],
    ] as const)('with the kernels chosen by "%s" the outcome is that of Node', async (choice, kernels) => {
      const here = embedAndDetect(choice);
      expect(here).toMatchObject({ kernels, session: 11_223_344_556_677, epochHint: 42 });
      expect(here.tagZ).toBeGreaterThan(8);
      expect(JSON.parse(await runInWorker(choice))).toEqual(here);
    });

    it('SIMD and scalar kernels mark the same bytes', () => {
      expect(embedAndDetect('auto').marked).toEqual(embedAndDetect('scalar').marked);
    });

    /** Runs the bundle in a dedicated worker and returns its answer as JSON. */
    async function runInWorker(choice: string): Promise<string> {
      return String(
        await page.evaluate(`new Promise((resolve, reject) => {
          const blob = new Blob([${JSON.stringify(worker)}], { type: 'text/javascript' });
          const worker = new Worker(URL.createObjectURL(blob));
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
          worker.postMessage(${JSON.stringify(choice)});
        })`),
      );
    }
  },
);
