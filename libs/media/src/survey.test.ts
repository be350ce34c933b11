import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { surveyMedia, type SurveyOptions } from './survey.js';
import { createClipFolder, H264, pattern, tone, type ClipFolder } from './testing/clips.js';

let clips: ClipFolder;
let long: string;
beforeAll(async () => {
  clips = await createClipFolder();
  long = clips.make('long.mkv', [...pattern('64x48', 400, 2), ...H264, '-g', '4']);
});
afterAll(() => {
  clips.remove();
});

async function survey(file: string, options: SurveyOptions = {}) {
  const plan = await surveyMedia(file, options);
  const times: number[] = [];
  for await (const { timestampMs } of plan.open()) times.push(timestampMs / 1000);
  return { ...plan, times };
}
const seconds = (times: readonly number[]): number => new Set(times.map(Math.floor)).size;

describe('surveyMedia', () => {
  it('looks at every second of a short clip, several times', async () => {
    const clip = clips.make('clip.mp4', [...pattern('64x48', 5, 10), ...H264]);
    const { times, expectedPictures, spacingSeconds } = await survey(clip);
    expect(seconds(times)).toBe(5);
    expect(times).toHaveLength(40);
    expect([expectedPictures, spacingSeconds]).toEqual([40, 1]);
  });

  it('looks at a long recording here and there, always at the same places', async () => {
    const { times, materialSeconds, expectedPictures } = await survey(long);
    expect(materialSeconds).toBeCloseTo(400, 0);
    expect(times).toHaveLength(200);
    expect(expectedPictures).toBeGreaterThanOrEqual(200);
    expect((await survey(long)).times).toEqual(times);
  });

  it('looks closely at a short part of it, in the time of the whole', async () => {
    const { times } = await survey(long, { startSeconds: 300, durationSeconds: 20 });
    expect(times[0]).toBe(300);
    expect(seconds(times)).toBe(20);
    expect(times.at(-1)).toBeGreaterThan(319);
    const far = await survey(long, { startSeconds: 100, durationSeconds: 250 });
    expect(far.times[0]).toBeGreaterThanOrEqual(100);
    expect(far.times.at(-1)).toBeLessThan(350);
    expect(far.times.length).toBeLessThan(150);
  });

  it('reads every second of a long recording when asked to, and never larger than 1280×720', async () => {
    const { times, expectedPictures } = await survey(long, { whole: true, seed: 3 });
    expect(seconds(times)).toBe(400);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(Math.abs((expectedPictures ?? 0) - times.length)).toBeLessThan(20);
  });

  it('looks at every picture of a few seconds when it looks by chance', async () => {
    const clip = clips.make('busy.mp4', [...pattern('64x48', 12, 30), ...H264, '-g', '30']);
    const { times } = await survey(clip, { seed: 1 });
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    const counts = Array.from(
      { length: 12 },
      (_, second) => times.filter((at) => Math.floor(at) === second).length,
    );
    expect(counts.filter((count) => count >= 29)).toHaveLength(4);
    expect(counts.filter((count) => count >= 7 && count <= 9)).toHaveLength(8);
  });

  it('looks at whole stretches between the key pictures of a long recording', async () => {
    const sampled = await survey(long, { seed: 5 });
    const perSecond = new Map<number, number>();
    for (const at of sampled.times) perSecond.set(Math.floor(at), (perSecond.get(Math.floor(at)) ?? 0) + 1);
    expect([...perSecond.values()].filter((count) => count === 2).length).toBeGreaterThanOrEqual(10);
    expect(perSecond.size).toBeLessThan(300);
  });

  it('never takes one key picture of every second for the whole of a long recording', async () => {
    const keyed = clips.make('keyed.mkv', [...pattern('64x48', 200, 2), ...H264, '-g', '2']);
    expect(seconds((await survey(keyed, { seed: 7 })).times)).toBeLessThan(150);
    expect(seconds((await survey(keyed)).times)).toBeLessThan(150);
    expect(seconds((await survey(keyed, { seed: 7, whole: true })).times)).toBe(200);
  });

  it('loses no picture of a clip shorter than a second', async () => {
    const short = clips.make('short.mp4', [...pattern('64x48', 0.3, 10), ...H264]);
    expect((await survey(short, { seed: 9 })).times.length).toBeGreaterThanOrEqual(2);
  });

  it('takes a still picture for one second, and sound for none', async () => {
    const still = clips.make('still.png', [...pattern('64x48', 1, 1), '-frames:v', '1']);
    expect(await survey(still)).toMatchObject({ materialSeconds: 1, expectedPictures: 1, times: [0] });
    const sound = clips.make('sound.m4a', [...tone(1), '-c:a', 'aac']);
    await expect(surveyMedia(sound)).rejects.toMatchObject({ code: 'no-picture' });
  });

  it('reads of a still picture no more pixels than a 4K picture has, whatever its size', async () => {
    const huge = clips.make('huge.png', [...pattern('4096x4096', 1, 1), '-frames:v', '1']);
    const { info, open } = await surveyMedia(huge);
    let pixels = 0;
    for await (const { frame } of open()) pixels += frame.width * frame.height;
    expect([info.width, info.height]).toEqual([4096, 4096]);
    expect(pixels).toBeLessThanOrEqual(3840 * 2160);
    expect(pixels).toBeGreaterThan(3800 * 2160);
  });

  it('measures a live recording that declares no length before it is judged too long', async () => {
    const live = clips.make('live.mkv', [...pattern('64x48', 7, 2), ...H264, '-live', '1']);
    await expect(surveyMedia(live, { limits: { maxDurationSeconds: 5 } })).rejects.toMatchObject({
      code: 'too-long',
    });
    expect((await survey(live)).materialSeconds).toBeCloseTo(7, 0);
  });
});
