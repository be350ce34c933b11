// What a detector holds after whole searches, beside the kernels' memory that all of a process share, and the process:
//   npx tsc -b libs/invisible-watermark-ts && node --expose-gc libs/invisible-watermark-ts/bench/memory.mjs
import { setTimeout } from 'node:timers/promises';
import { createDetector } from '../dist/index.js';
import { simdModule } from '../dist/kernels/simd-module.js';
import { naturalScene } from '../dist/testing/natural-scene.js';

const SIZES = 10;
const base = await heldMiB();
const detector = createDetector({ key: new Uint8Array(32).fill(7) });
await report('created');
search(640, 360);
await report('one scaled search of a 640×360 picture');
search(1280, 720);
await report('one scaled search of a 1280×720 picture');
search(1920, 1080);
await report('one scaled search of a 1920×1080 picture');
for (let i = 0; i < SIZES; i++) search(320 + 136 * i, 1500 - 104 * i);
await report(`and of ${SIZES} other sizes`);

function search(width, height) {
  const luma = naturalScene({ width, height, seed: 1 }).frame(0);
  detector.detect([{ luma, width, height, stride: width }]);
}

async function report(after) {
  const mib = (bytes) => Math.round(bytes / 2 ** 20);
  const kernels = simdModule()?.memory.buffer.byteLength ?? 0;
  console.log(
    `${after}: ${Math.round((await heldMiB()) - base)} MiB held, kernels ${mib(kernels)} MiB, process ${mib(process.memoryUsage().rss)} MiB`,
  );
}

/** Array buffers outside the kernels' memory; they are freed a moment after the collection. */
async function heldMiB() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await setTimeout(50);
  }
  return process.memoryUsage().arrayBuffers / 2 ** 20;
}
