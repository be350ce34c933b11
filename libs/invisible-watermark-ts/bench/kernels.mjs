// Measures the embedder's speed with the SIMD kernels and with the scalar oracle, beside copying the plane, in one run:
//   npx tsc -b libs/invisible-watermark-ts && node libs/invisible-watermark-ts/bench/kernels.mjs [WIDTHxHEIGHT …]
import { performance } from 'node:perf_hooks';
import { createEmbedder, createEpochChain, selectKernels } from '../dist/index.js';
import { naturalScene } from '../dist/testing/natural-scene.js';

const SECONDS = 6;
const FRAMES_PER_SECOND = 30;
const sizes = process.argv.slice(2).map((text) => text.split('x').map(Number));
/** Epochs that are prepared and never marked, for the time that takes. */
const PREPARED = 30;
const chain = createEpochChain(new Uint8Array(32).fill(9), SECONDS + PREPARED);

for (const [width, height] of sizes.length > 0 ? sizes : [[1280, 720]]) {
  const scene = naturalScene({ width, height, seed: 1 });
  const frames = Array.from({ length: 8 }, (_, i) => scene.frame(i * 5));
  const runs = ['auto', 'scalar'].map((choice) => ({ kernels: selectKernels(choice), ...measure(choice) }));
  console.log(JSON.stringify({ width, height, runs }, null, 1));

  function measure(choice) {
    selectKernels(choice);
    const embedder = createEmbedder({
      key: new Uint8Array(32).fill(7),
      session: 4711,
      epochKey: (epoch) => chain.keyOf(epoch),
      width,
      height,
    });
    const plane = new Uint8Array(width * height);
    const times = { copy: [], embed: [], prepare: [] };
    const seconds = choice === 'scalar' ? 2 : SECONDS;
    for (let i = 0; i < seconds * FRAMES_PER_SECOND; i++) {
      const epoch = Math.floor(i / FRAMES_PER_SECOND);
      times.copy.push(timed(() => plane.set(frames[i % frames.length])));
      if (i % FRAMES_PER_SECOND === 0) embedder.prepare(epoch);
      times.embed.push(timed(() => embedder.embed(plane, width, epoch)));
    }
    for (let epoch = seconds; epoch < seconds + PREPARED; epoch++)
      times.prepare.push(timed(() => embedder.prepare(epoch)));
    const [copyMs, embedMs, prepareMs] = [times.copy, times.embed, times.prepare].map(spread);
    return { embedMs, prepareMs, copyMs, embedPerCopy: round(embedMs.median / copyMs.median) };
  }
}

function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return { median: at(0.5), p95: at(0.95) };
}

function round(value) {
  return Number(value.toFixed(3));
}
