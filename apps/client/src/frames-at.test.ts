import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createI420 } from '@guise/frame';
import { encodeVideo } from '@guise/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { framesAt } from './frames-at.js';

/** Each second of the clip is a shade of its own. */
const shadeOf = (second: number): number => 40 + 30 * second;

describe('framesAt', () => {
  let folder = '';
  let clip = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-frames-'));
    clip = join(folder, 'shades.mp4');
    const encoder = await encodeVideo(clip, { width: 64, height: 48, fps: { num: 5, den: 1 } });
    for (let i = 0; i < 25; i++) {
      const frame = createI420(64, 48);
      frame.data.fill(shadeOf(Math.floor(i / 5)), 0, 64 * 48).fill(128, 64 * 48);
      await encoder.write(frame);
    }
    await encoder.finish();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives the pictures of those seconds in order, and none after the end', async () => {
    const frames = await framesAt(clip, [3.5, 0.5, 99, 2.1]);
    expect(frames).toHaveLength(3);
    for (const [i, second] of [0, 2, 3].entries())
      expect(Math.abs((frames[i]?.data[100] ?? 0) - shadeOf(second))).toBeLessThan(3);
  });
});
