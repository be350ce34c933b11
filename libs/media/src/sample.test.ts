import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeVideo } from './decode.js';
import { measureDuration } from './measure-duration.js';
import { probe } from './probe.js';
import { sampleVideo, type SampledPicture, type SampleOptions } from './sample.js';
import { createClipFolder, H264, pattern, tone, type ClipFolder } from './testing/clips.js';

let clips: ClipFolder;
let keyed: string;
beforeAll(async () => {
  clips = await createClipFolder();
  keyed = clips.make('keyed.mp4', [...pattern('160x90', 12, 10), ...H264, '-g', '20', '-bf', '2']);
});
afterAll(() => {
  clips.remove();
});

async function sample(file: string, options: SampleOptions): Promise<SampledPicture[]> {
  const pictures: SampledPicture[] = [];
  for await (const picture of await sampleVideo(file, options)) pictures.push(picture);
  return pictures;
}
const timesOf = (pictures: readonly SampledPicture[]): number[] =>
  pictures.map(({ timestampMs }) => Math.round(timestampMs / 100) / 10);

const difference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;

describe('measureDuration', () => {
  it('reads the length that a live recording does not declare', async () => {
    const live = clips.make('live.mkv', [
      ...pattern('160x90', 7, 10),
      ...H264,
      '-live',
      '1',
      '-f',
      'matroska',
    ]);
    const info = await probe(live);
    expect(info.durationSeconds).toBeNull();
    expect(await measureDuration(live, info)).toBeCloseTo(7, 0);
    expect(await measureDuration(keyed, await probe(keyed))).toBe(12);
  });
});

describe('sampleVideo', () => {
  it('gives key pictures at least the spacing apart, each at its own time', async () => {
    const pictures = await sample(keyed, { spacingSeconds: 3 });
    expect(timesOf(pictures)).toEqual([0, 4, 8]);
    for await (const { frame, timestampMs } of await decodeVideo(keyed)) {
      const sampled = pictures.find((picture) => Math.abs(picture.timestampMs - timestampMs) < 1);
      if (sampled !== undefined) expect(difference(sampled.frame.data, frame.data)).toBeLessThan(0.5);
    }
  });

  it('gives those of a part, counted from the beginning of the file', async () => {
    const pictures = await sample(keyed, { spacingSeconds: 1, startSeconds: 3.5, durationSeconds: 5 });
    expect(timesOf(pictures)).toEqual([4, 6, 8]);
  });

  it('decodes the stretches that have no key picture', async () => {
    const all = ['-g', '9999', '-sc_threshold', '0'];
    const one = clips.make('one-key.mp4', [...pattern('160x90', 16, 10), ...H264, ...all]);
    const forced = ['-force_key_frames', '0,14'];
    const two = clips.make('two-keys.mkv', [...pattern('160x90', 16, 10), ...H264, ...all, ...forced]);
    for (const file of [one, two]) {
      const times = timesOf(await sample(file, { spacingSeconds: 2 }));
      expect(times[0]).toBe(0);
      const steps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
      expect(Math.max(...steps)).toBeLessThan(3);
      expect(times.at(-1)).toBeGreaterThan(12);
    }
  });

  it('keeps the place of pictures that start later than the sound', async () => {
    const words = ['-itsoffset', '1.5', ...pattern('160x90', 6, 10), ...tone(8), ...H264, '-g', '20'];
    const late = clips.make('late.mkv', words);
    expect(timesOf(await sample(late, { spacingSeconds: 1 }))).toEqual([1.5, 3.5, 5.5]);
  });

  it('leaves out what cannot be decoded, and refuses a file without any picture', async () => {
    const corrupt = clips.corrupted(keyed, 'corrupt.mp4', 4000);
    expect((await sample(corrupt, { spacingSeconds: 1 })).length).toBeGreaterThan(0);
    const song = clips.make('song.m4a', [...tone(1), '-c:a', 'aac']);
    await expect(sampleVideo(song, { spacingSeconds: 1 })).rejects.toMatchObject({ code: 'no-picture' });
    const part = { spacingSeconds: 1, startSeconds: 500 };
    await expect(sample(keyed, part)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('stops at a signal', async () => {
    const signal = AbortSignal.abort();
    await expect(sample(keyed, { spacingSeconds: 1, signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});
