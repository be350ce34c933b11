/** A live session with its renderer in a thread of its own, which shares nothing with the capture but the rings. */
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createI420, renderSlate } from '@guise/frame';
import { createRealTimeProcessor, type MediaReport, type RenderThread } from '@guise/runtime';
import { beforeAll, expect, it } from 'vitest';
import type { BlockingRendererData } from './real-time/blocking-renderer.js';
import { bundleThread } from './real-time/bundle-thread.js';

const SIZE = { width: 64, height: 48 };
const FRAMES = 60;
/** Frames that wait in a ring. */
const DEPTH = 2;
let script: URL;

beforeAll(async () => {
  script = await bundleThread(join(import.meta.dirname, 'real-time/blocking-renderer.ts'));
});

it('a renderer that blocks its thread holds up nobody: the capture goes on, the newest frames win, order is kept', async () => {
  const letGo = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const events = new EventEmitter();
  const written: (number | undefined)[] = [];
  const { finished } = createRealTimeProcessor({
    ...{ size: SIZE, slate: renderSlate, framesPerSecond: 25 },
    clock: {
      monotonicMs: () => performance.now(),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
    },
    sink: {
      write: ({ data }) => Promise.resolve(void written.push(data[0])),
      finish: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    },
    camera: camera(once(events, 'blocked'), letGo),
    startRenderer: (memory) =>
      startThread({ ...memory, letGo }, () => {
        events.emit('blocked');
      }),
  });
  const report = await finished;
  const rendered = FRAMES - report.droppedBeforeRendering;
  expect(report).toMatchObject({ captured: FRAMES, finished: rendered, output: { outOfOrder: 0 } });
  expect(rendered).toBeGreaterThanOrEqual(1 + DEPTH);
  expect(report.droppedBeforeRendering).toBeGreaterThan(0);
  expect(written.at(-1)).toBe(FRAMES - 1);
});

/** Lets the renderer go with the last frame only: a capture that waited for it would never get there. */
async function* camera(blocked: Promise<unknown>, letGo: SharedArrayBuffer) {
  for (let index = 0; index < FRAMES; index++) {
    if (index === 1) await blocked;
    if (index === FRAMES - 1) {
      Atomics.store(new Int32Array(letGo), 0, 1);
      Atomics.notify(new Int32Array(letGo), 0);
    }
    yield { frame: createI420(SIZE.width, SIZE.height, index) };
  }
}

function startThread(workerData: BlockingRendererData, onBlocked: () => void): RenderThread {
  const worker = new Worker(script, { workerData });
  const report = new Promise<MediaReport>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: 'blocked' | MediaReport) => {
      if (message === 'blocked') onBlocked();
      else resolve(message);
    });
  });
  return { report, terminate: () => worker.terminate() };
}
