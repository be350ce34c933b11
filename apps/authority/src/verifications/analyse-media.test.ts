import { cropI420, scaleI420, type I420Frame } from '@guise/frame';
import { createSeededRandom } from '@guise/testing';
import { createEpochChain } from 'invisible-watermark-ts';
import { describe, expect, it } from 'vitest';
import { CLIP_FPS, CLIP_SIZE, markFrames, sceneFrames } from '../testing/index.js';
import { analyseMedia } from './analyse-media.js';
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

const analyse = (frames: readonly TimedFrame[], spacingSeconds: number) =>
  analyseMedia({ open: () => inOrder(frames), spacingSeconds }, KEY, () => Promise.resolve(null));

describe('analysis of material', () => {
  it('reads single pictures that lie seconds apart, and says nothing of the seconds between', async () => {
    const frames = markedScene(12);
    const single = [0, 5, 10].map((second) => timed(pictureAt(frames, second), 1000 * second + 400));
    const readings = await analyse(single, 5);
    expect(readings.map(({ second, session, epoch }) => [second, session, epoch])).toEqual([
      [0, SESSION, 0],
      [5, SESSION, 5],
      [10, SESSION, 10],
    ]);
  });

  it(
    'finds a picture again that the layout of the meeting moved while it ran',
    { timeout: 60_000 },
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
      const readings = await analyse(
        moved.map((frame, i) => timed(frame, (1000 * i) / CLIP_FPS)),
        1,
      );
      expect(readings).toHaveLength(12);
      expect(readings.filter(({ session }) => session === SESSION)).toHaveLength(12);
    },
  );
});
