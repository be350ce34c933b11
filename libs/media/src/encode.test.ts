import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createI420, type I420Frame } from '@guise/frame';
import { decodeVideo } from './decode.js';
import { encodeVideo } from './encode.js';
import { probe } from './probe.js';
import { recompress } from './recompress.js';
import { createClipFolder, H264, pattern, tone, type ClipFolder } from './testing/clips.js';

const FPS = { num: 30, den: 1 };
let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => {
  clips.remove();
});

/** A picture that compresses badly. */
function noise(width: number, height: number, seed: number): I420Frame {
  const frame = createI420(width, height);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < frame.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    frame.data[i] = 16 + (state >>> 25);
  }
  return frame;
}

/** Names in a folder of its own, so that left-overs show. */
function folder(name: string): { path: string; names: () => string[] } {
  const path = clips.file(name);
  mkdirSync(path);
  return { path, names: () => readdirSync(path) };
}

describe('encodeVideo', () => {
  it.each([
    ['h264', 'mp4', 'h264'],
    ['vp9', 'webm', 'vp9'],
  ] as const)('writes %s that says its colours and returns the pictures', async (codec, kind, name) => {
    const target = folder(`enc-${codec}`);
    const out = join(target.path, `out.${kind}`);
    const encoder = await encodeVideo(out, { width: 320, height: 240, fps: { num: 25, den: 1 }, codec });
    const reused = createI420(320, 240);
    for (let i = 0; i < 25; i++) {
      reused.data.fill(60 + i * 5, 0, 320 * 240);
      await encoder.write(reused);
    }
    expect(target.names().every((entry) => entry.endsWith('.part'))).toBe(true);
    expect(await encoder.finish()).toMatchObject({ frames: 25 });
    expect(target.names()).toEqual([`out.${kind}`]);
    expect(await probe(out)).toMatchObject({
      videoCodec: name,
      fps: { num: 25, den: 1 },
      matrixTagged: true,
    });
    const lumas: number[] = [];
    for await (const { frame } of await decodeVideo(out)) lumas.push(frame.data[0] ?? 0);
    expect(lumas).toHaveLength(25);
    lumas.forEach((luma, i) => {
      expect(Math.abs(luma - (60 + i * 5))).toBeLessThan(4);
    });
  });

  it.each([
    ['aac into MP4, copied', 'h264', 'aac', 'aac'],
    ['pcm into MP4, encoded', 'h264', 'pcm_s16le', 'aac'],
    ['aac into WebM, encoded', 'vp9', 'aac', 'opus'],
    ['opus into WebM, copied', 'vp9', 'libopus', 'opus'],
  ] as const)('carries sound over: %s', async (name, codec, source, expected) => {
    const clip = clips.make(`${codec}-${source}.mkv`, [
      ...pattern('64x48', 2),
      ...tone(2),
      ...H264,
      '-c:a',
      source,
    ]);
    const out = clips.file(`${codec}-${source}.out`);
    const encoder = await encodeVideo(out, {
      width: 64,
      height: 48,
      fps: FPS,
      codec,
      audioFrom: clip,
      audioDurationSeconds: 1,
    });
    for (let i = 0; i < 30; i++) await encoder.write(createI420(64, 48, 80));
    await encoder.finish();
    const info = await probe(out);
    expect(info, name).toMatchObject({ hasAudio: true, audioCodec: expected });
    expect(Math.abs((info.durationSeconds ?? 0) - 1)).toBeLessThan(0.15);
  });

  it('writes without sound when the source has none', async () => {
    const clip = clips.make('mute.mp4', [...pattern('64x48', 1), ...H264]);
    const out = clips.file('mute-out.mp4');
    const encoder = await encodeVideo(out, { width: 64, height: 48, fps: FPS, audioFrom: clip });
    await encoder.write(createI420(64, 48));
    await encoder.finish();
    expect(await probe(out)).toMatchObject({ hasAudio: false });
  });

  it('replaces an older file only when the new one is whole', async () => {
    const target = folder('replace');
    const out = join(target.path, 'film.mp4');
    writeFileSync(out, 'the older film');
    const first = await encodeVideo(out, { width: 64, height: 48, fps: FPS });
    await first.write(createI420(64, 48));
    await first.abort();
    expect(readFileSync(out, 'utf8')).toBe('the older film');
    const second = await encodeVideo(out, { width: 64, height: 48, fps: FPS });
    await second.write(createI420(64, 48));
    await second.finish();
    await second.abort();
    expect(await probe(out)).toMatchObject({ kind: 'video' });
    expect(target.names()).toEqual(['film.mp4']);
  });
});

describe('encodeVideo leaves nothing behind', () => {
  it('when it is aborted by its signal, and write then says so', async () => {
    const target = folder('signal');
    const stop = new AbortController();
    const encoder = await encodeVideo(join(target.path, 'x.mp4'), {
      width: 64,
      height: 48,
      fps: FPS,
      signal: stop.signal,
    });
    await encoder.write(createI420(64, 48));
    stop.abort();
    await expect(encoder.write(createI420(64, 48))).rejects.toMatchObject({ code: 'aborted' });
    await encoder.abort();
    expect(target.names()).toEqual([]);
  });

  it('when no picture was written, or one of another size', async () => {
    const target = folder('none');
    const empty = await encodeVideo(join(target.path, 'x.mp4'), { width: 64, height: 48, fps: FPS });
    await expect(empty.finish()).rejects.toMatchObject({ code: 'write-failed' });
    const other = await encodeVideo(join(target.path, 'y.mp4'), { width: 64, height: 48, fps: FPS });
    await expect(other.write(createI420(48, 64))).rejects.toMatchObject({ code: 'bad-size' });
    await other.abort();
    expect(target.names()).toEqual([]);
  });

  it('when the folder is missing', async () => {
    const encoder = await encodeVideo(clips.file('no/such/folder/x.mp4'), {
      width: 64,
      height: 48,
      fps: FPS,
    });
    const run = async () => {
      for (let i = 0; i < 100; i++) await encoder.write(createI420(64, 48));
      await encoder.finish();
    };
    await expect(run()).rejects.toMatchObject({ code: 'write-failed' });
    await encoder.abort();
  });

  it('when the disk is full', async ({ skip }) => {
    const disk = folder('disk');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', disk.path], { stdio: 'ignore' });
    } catch {
      skip('needs the right to mount a small tmpfs (root on Linux)');
    }
    onTestFinished(() => {
      execFileSync('umount', [disk.path]);
    });
    const encoder = await encodeVideo(join(disk.path, 'x.mp4'), {
      width: 640,
      height: 360,
      fps: FPS,
      crf: 10,
    });
    const run = async () => {
      for (let i = 0; i < 60; i++) await encoder.write(noise(640, 360, i));
      await encoder.finish();
    };
    await expect(run()).rejects.toMatchObject({ code: 'disk-full' });
    await encoder.abort();
    expect(disk.names()).toEqual([]);
  });
});

describe('recompress', () => {
  it('rescales and keeps to the bitrate', async () => {
    const clip = clips.make('busy.mp4', [...pattern('1280x720', 3), '-vf', 'noise=alls=20:allf=t', ...H264]);
    const out = clips.file('small.mp4');
    await recompress(clip, out, { width: 640, height: 360, kbps: 300 });
    const info = await probe(out);
    expect(info).toMatchObject({ width: 640, height: 360, frames: 90 });
    expect((readFileSync(out).length * 8) / 1000 / 3).toBeLessThan(390);
  });
});
