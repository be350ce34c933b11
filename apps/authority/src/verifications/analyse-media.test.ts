import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { locateFfmpeg } from '@guise/media';
import { cropI420, scaleI420, type I420Frame } from '@guise/frame';
import { createSeededRandom } from '@guise/testing';
import { createEpochChain } from 'invisible-watermark-ts';
import { describe, expect, it } from 'vitest';
import { CLIP_FPS, CLIP_SIZE, markFrames, sceneFrames, writeClip } from '../testing/index.js';
import { analyseMedia } from './analyse-media.js';
import { openMaterial } from './open-material.js';
import type { SecondReading } from './media-analyst.js';
import type { TimedFrame } from './settle-epoch.js';

const KEY = createSeededRandom('analysis')(32);
const SESSION = 4711;
const CHAIN = createEpochChain(createSeededRandom('analysis chain')(32), 20);

function markedScene(seconds: number): I420Frame[] {
  const frames = sceneFrames('analysis', seconds);
  markFrames(frames, { key: KEY, session: SESSION, chain: CHAIN });
  return frames;
}

const timed = ({ data, width, height }: I420Frame, timestampMs: number): TimedFrame => ({
  luma: data.subarray(0, width * height),
  width,
  height,
  stride: width,
  timestampMs,
});

function pictureAt(frames: readonly I420Frame[], second: number): I420Frame {
  const frame = frames[second * CLIP_FPS + 4];
  if (frame === undefined) throw new Error('the scene is too short');
  return frame;
}

async function* inOrder(frames: readonly TimedFrame[]): AsyncGenerator<TimedFrame> {
  for (const frame of frames) yield await Promise.resolve(frame);
}

/** Even noise of up to a hundred luma codes either way. */
function withNoise(frame: I420Frame, index: number): I420Frame {
  const pixels = frame.width * frame.height;
  const noise = createSeededRandom(`noise ${String(index)}`)(pixels);
  const data = frame.data.map((value, p) =>
    p < pixels ? Math.max(0, Math.min(255, value + ((noise[p] ?? 0) % 201) - 100)) : value,
  );
  return { ...frame, data };
}

const analyse = (frames: readonly TimedFrame[]) =>
  analyseMedia({ open: () => inOrder(frames) }, KEY, () => Promise.resolve(null));
/** Session and epoch of the one picture in each second; null where there is none, or several. */
const told = (readings: readonly SecondReading[]) =>
  readings.map(({ second, marks: [mark, ...others] }) => [
    second,
    others.length > 0 ? null : (mark?.session ?? null),
    mark?.epoch ?? null,
  ]);

/** Corners of a picture in a frame, in parts of its width and height, as regions give them. */
const cornersOf = (x: number, y: number, width: number, height: number) => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

describe('analysis of material', () => {
  it('reads single pictures that lie seconds apart, and says nothing of the seconds between', async () => {
    const frames = markedScene(12);
    const single = [0, 5, 10].map((second) => timed(pictureAt(frames, second), 1000 * second + 400));
    const readings = await analyse(single);
    expect(told(readings)).toEqual([
      [0, SESSION, 0],
      [5, SESSION, 5],
      [10, SESSION, 10],
    ]);
  });

  it('takes a second too weak to decode for the session around it only where that session is in it', async () => {
    const own = markedScene(3);
    const other = sceneFrames('analysis', 3);
    markFrames(other, { key: KEY, session: SESSION + 1, chain: CHAIN });
    // Two pictures of the second in the middle, under so much noise that hardly the pilot is left.
    const around = (middle: readonly I420Frame[]) =>
      own.flatMap((frame, i) => {
        const at = (1000 * i) / CLIP_FPS;
        if (i < CLIP_FPS || i >= 2 * CLIP_FPS) return [timed(frame, at)];
        const noisy = middle[i];
        return i < CLIP_FPS + 2 && noisy !== undefined ? [timed(withNoise(noisy, i), at)] : [];
      });
    expect(told(await analyse(around(own)))[1]?.[1]).toBe(SESSION);
    expect(told(await analyse(around(other)))[1]?.[1]).not.toBe(SESSION);
  });

  it('fill the frame: whole pictures with bars, squeezed or small', { timeout: 180_000 }, async () => {
    const { ffmpeg } = await locateFfmpeg();
    const folder = await mkdtemp(join(tmpdir(), 'guise-share-'));
    const clip = await writeClip(folder, 'clip', markedScene(1), 3000);
    for (const [name, filter, corners] of [
      ['letterbox', 'scale=960:540,pad=960:720:0:90', cornersOf(0, 90 / 720, 1, 540 / 720)],
      ['uneven letterbox', 'scale=1000:562,pad=1000:700:0:67', cornersOf(0, 67 / 700, 1, 562 / 700)],
      [
        'window',
        'scale=960:540,pad=1280:720:160:90:color=0x202020',
        cornersOf(160 / 1280, 90 / 720, 960 / 1280, 540 / 720),
      ],
      ['squeezed', 'scale=480:360', cornersOf(0, 0, 1, 1)],
    ] as const) {
      const path = join(folder, 'received.mp4');
      const words = ['-v', 'error', '-y', '-i', clip, '-vf', filter, '-c:v', 'libx264', '-crf', '33', path];
      await promisify(execFile)(ffmpeg, words);
      const material = await openMaterial({ path, seed: 1, whole: false });
      const readings = await analyseMedia(material, KEY, () => Promise.resolve(null));
      expect(
        readings.map(({ marks }) => marks.length),
        name,
      ).toEqual([1]);
      // The place is right to a few pixels. What the encoder rings into a bar is no bar: one line of 37 at most.
      const region = readings[0]?.marks[0]?.region ?? [];
      const errors = region.flatMap(({ x, y }, i) => [
        x - (corners[i]?.x ?? NaN),
        y - (corners[i]?.y ?? NaN),
      ]);
      expect(errors, name).toHaveLength(8);
      expect(Math.max(...errors.map(Math.abs)), name).toBeLessThan(0.004);
      expect(readings[0]?.share, name).toBeGreaterThan(0.97);
    }
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'finds a picture again that the layout of the meeting moved while it ran',
    { timeout: 180_000 },
    async () => {
      const moved = markedScene(12).map((frame, i) => {
        if (i < 6 * CLIP_FPS) return frame;
        const { width, height } = CLIP_SIZE;
        return scaleI420(
          cropI420(frame, { x: 64, y: 36, width: width - 128, height: height - 72 }),
          width,
          height,
        );
      });
      const readings = await analyse(moved.map((frame, i) => timed(frame, (1000 * i) / CLIP_FPS)));
      expect(readings).toHaveLength(12);
      expect(told(readings).filter(([, session]) => session === SESSION)).toHaveLength(12);
    },
  );
});
