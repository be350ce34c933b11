// Measures the portrait's warp with the SIMD kernel and with the scalar oracle, beside copying the frame, in one run:
//   npx tsc -b libs/avatar && node libs/avatar/bench/warp.mjs [WIDTHxHEIGHT …]
import { performance } from 'node:perf_hooks';
import { createPortraitRenderer, NEUTRAL_PARAMETERS } from '../dist/index.js';
import { paintPortrait, syntheticLandmarks } from '../dist/test-support/synthetic-face.js';

const FRAMES = 240;
const sizes = process.argv.slice(2).map((text) => text.split('x').map(Number));
const landmarks = syntheticLandmarks({ x: 300, y: 260, pxPerCm: 15 });
const picture = paintPortrait(landmarks, 15, { skin: [200, 160, 140], background: [60, 90, 130] });

for (const [width, height] of sizes.length > 0 ? sizes : [[1280, 720]]) {
  const prepared = (kernels) => createPortraitRenderer({ picture, landmarks }, { width, height, kernels });
  const renderers = { simd: prepared('auto'), scalar: prepared('scalar') };
  const frame = { width, height, data: new Uint8Array((width * height * 3) / 2) };
  const source = frame.data.slice();
  const times = { copy: [], simdWarp: [], scalarWarp: [], simdFrame: [], scalarFrame: [] };
  for (let i = 0; i < FRAMES; i++) {
    const head = { ...NEUTRAL_PARAMETERS.head, yawDeg: 20 * Math.sin(i / 9), pitchDeg: 8 * Math.sin(i / 13) };
    times.copy.push(timed(() => frame.data.set(source)));
    for (const name of ['simd', 'scalar']) {
      times[`${name}Frame`].push(timed(() => renderers[name].render({ ...NEUTRAL_PARAMETERS, head }, frame)));
      const { warper, poser } = renderers[name];
      times[`${name}Warp`].push(timed(() => warper.draw(poser.xs, poser.ys, frame.data)));
    }
  }
  const ms = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, spread(values)]));
  const ratio = (of) => round(ms[`scalar${of}`].median / ms[`simd${of}`].median);
  console.log(
    JSON.stringify(
      { width, height, frames: FRAMES, ms, scalarOverSimd: { warp: ratio('Warp'), frame: ratio('Frame') } },
      null,
      1,
    ),
  );
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
