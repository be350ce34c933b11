// Measures cutting the networks' inputs out of a 1280×720 frame with the SIMD kernel and with the scalar oracle, in one run:
//   npx tsc -b libs/vision && node libs/vision/bench/patch.mjs
import { performance } from 'node:perf_hooks';
import { regionToPatch } from '../dist/patch/affine.js';
import { scalarCutter } from '../dist/patch/patch-cutter.js';
import { PatchReader } from '../dist/patch/patch.js';

const [width, height] = [1280, 720];
const data = Uint8Array.from({ length: (width * height * 3) / 2 }, (_, i) => (i * 2_654_435_761) >>> 24);
const formatOf = (side, outside) => ({
  ...{ width: side, height: side, order: 'rgb', layout: 'interleaved', scale: 1 / 255, offset: 0, outside },
});
const whole = { cx: width / 2, cy: height / 2, width, height: width, angle: 0 };
const CASES = {
  'mesh, face of 350 pixels': [
    formatOf(192, 'edge'),
    { cx: 640, cy: 360, width: 520, height: 520, angle: 0.1 },
  ],
  'detector of near faces': [formatOf(128, 'black'), whole],
  'detector of far faces': [formatOf(192, 'black'), whole],
};

for (const [name, [format, region]] of Object.entries(CASES)) {
  const map = regionToPatch(region, format.width, format.height);
  const out = new Float32Array(3 * format.width * format.height);
  const timesOf = (reader, runs) =>
    Array.from({ length: runs }, () => {
      const start = performance.now();
      reader.read({ width, height, data }, map, out);
      return performance.now() - start;
    }).sort((a, b) => a - b);
  const simd = timesOf(new PatchReader(format), 200);
  const scalar = timesOf(new PatchReader(format, scalarCutter), 10);
  const at = (times, share) => Number(times[Math.floor(share * times.length)].toFixed(2));
  const ratio = Number((at(scalar, 0.5) / at(simd, 0.5)).toFixed(1));
  console.log(
    JSON.stringify({ name, simdMs: { median: at(simd, 0.5), p95: at(simd, 0.95) }, scalarOverSimd: ratio }),
  );
}
