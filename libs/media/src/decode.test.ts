import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { i420Bytes, i420ToRgb } from '@guise/frame';
import { probe } from './probe.js';
import { decodeVideo } from './decode.js';
import type { DecodedFrame, DecodeOptions } from './types.js';
import { colour, createClipFolder, H264, pattern, tone, type ClipFolder } from './testing/clips.js';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => {
  clips.remove();
});

async function all(file: string, options: DecodeOptions = {}): Promise<DecodedFrame[]> {
  const decoded: DecodedFrame[] = [];
  for await (const frame of await decodeVideo(file, options)) decoded.push(frame);
  return decoded;
}

/** Mean R, G, B of a box of a frame. */
function meanRgb(decoded: DecodedFrame | undefined, x0: number, y0: number, side: number): number[] {
  if (decoded === undefined) throw new Error('no frame');
  const { data, width } = i420ToRgb(decoded.frame);
  const sums = [0, 0, 0];
  for (let y = y0; y < y0 + side; y++) {
    for (let x = x0; x < x0 + side; x++) {
      for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + (data[(y * width + x) * 3 + c] ?? 0);
    }
  }
  return sums.map((sum) => sum / (side * side));
}

describe('decodeVideo', () => {
  it('delivers every picture once, in order, evenly timed, in its own buffer', async () => {
    const file = clips.make('plain.mp4', [...pattern('320x240', 2, 25), ...tone(2), ...H264, '-c:a', 'aac']);
    const decoded = await all(file);
    expect(decoded.map((d) => d.index)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(decoded.map((d) => d.timestampMs)).toEqual(Array.from({ length: 50 }, (_, i) => i * 40));
    expect(new Set(decoded.map((d) => d.frame.data.buffer)).size).toBe(50);
    expect(decoded.every((d) => d.frame.data.length === i420Bytes(320, 240))).toBe(true);
    expect((await decodeVideo(file)).expectedFrames).toBe(50);
  });

  it('lends frames where it is told to: the same pictures, in memory that is used again', async () => {
    const file = clips.make('lent.mp4', [...pattern('320x240', 2, 25), ...H264]);
    const kept = await all(file);
    const buffers = new Set<ArrayBufferLike>();
    let index = 0;
    for await (const { frame } of await decodeVideo(file, { lends: true, readAhead: 2 })) {
      expect(Buffer.compare(frame.data, kept[index]?.frame.data ?? new Uint8Array())).toBe(0);
      buffers.add(frame.data.buffer);
      index += 1;
    }
    expect(index).toBe(50);
    // Two read ahead, one being filled, one lent, and one that a chunk may begin beside them.
    expect(buffers.size).toBeLessThanOrEqual(5);
  });

  it.each([
    ['BT.601 limited', '320x240', 'bt601', 'tv', 'smpte170m'],
    ['BT.601 full range', '320x240', 'bt601', 'pc', 'smpte170m'],
    ['BT.709 limited', '320x240', 'bt709', 'tv', 'bt709'],
    ['untagged 480 lines', '640x480', 'bt601', 'tv', undefined],
    ['untagged 720 lines', '1280x720', 'bt709', 'tv', undefined],
  ])('brings %s to BT.709 limited range', async (name, size, matrix, range, tag) => {
    const tags = tag === undefined ? [] : ['-colorspace', tag, '-color_range', range];
    const file = clips.make(`${name.replaceAll(/\W/g, '')}.mkv`, [
      ...colour('0xC86432', size, 0.2),
      ...['-vf', `scale=out_color_matrix=${matrix}:out_range=${range},format=yuv420p`],
      ...['-c:v', 'libx264', '-qp', '0', ...tags],
    ]);
    const [r = 0, g = 0, b = 0] = meanRgb((await all(file))[0], 64, 64, 32);
    expect(Math.abs(r - 200)).toBeLessThan(4);
    expect(Math.abs(g - 100)).toBeLessThan(4);
    expect(Math.abs(b - 50)).toBeLessThan(4);
  });

  it('turns rotated pictures upright', async () => {
    const flat = clips.make('flat.mp4', [
      ...colour('blue', '320x240', 0.2),
      ...['-vf', 'drawbox=x=0:y=0:w=64:h=64:c=red:t=fill', ...H264],
    ]);
    const turned = clips.turned(flat, 'turned.mp4');
    const [first] = await all(turned);
    expect(first?.frame).toMatchObject({ width: 240, height: 320 });
    // The coded top left corner is at the top right after a clockwise quarter turn.
    const [r = 0, , b = 0] = meanRgb(first, 240 - 48, 16, 32);
    expect(r).toBeGreaterThan(200);
    expect(b).toBeLessThan(60);
  });

  it('makes odd sizes even and shrinks 8K into the working size', async () => {
    const odd = clips.make('odd.mkv', [...pattern('321x241', 0.2), '-c:v', 'ffv1', '-pix_fmt', 'yuv444p']);
    expect((await all(odd))[0]?.frame).toMatchObject({ width: 320, height: 240 });
    const huge = clips.make('8k.mp4', [...pattern('7680x4320', 0.1), ...H264]);
    expect((await all(huge, { maxFrames: 2 }))[0]?.frame).toMatchObject({ width: 1920, height: 1080 });
  });

  it('fits 4:3 into 16:9 with bars, by cutting, or stretched', async () => {
    const file = clips.make('white.mp4', [...colour('white', '400x300', 0.2), ...H264]);
    const size = { width: 640, height: 360 };
    const left = async (fit: 'contain' | 'cover' | 'fill') =>
      meanRgb((await all(file, { size, fit }))[0], 0, 160, 16)[0];
    expect(await left('contain')).toBeLessThan(5);
    expect(await left('cover')).toBeGreaterThan(250);
    expect(await left('fill')).toBeGreaterThan(250);
  });

  it('reads ten bits, and tone-maps HDR to a picture that is neither black nor burnt', async () => {
    const ten = clips.make('ten.mkv', [
      ...colour('0x808080', '320x240', 0.2),
      ...['-vf', 'format=yuv420p10le', '-c:v', 'libx264'],
    ]);
    expect(meanRgb((await all(ten))[0], 64, 64, 32)[1]).toBeCloseTo(128, -1);
    const hdr = clips.make('hdr.mkv', [
      ...colour('0x808080', '320x240', 0.2),
      ...['-vf', 'format=yuv420p10le', '-c:v', 'libx264'],
      ...['-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc'],
    ]);
    // PQ code 0.5 is 92 cd/m²; with reference white at 203 cd/m² that is a mid grey.
    const [, grey = 0] = meanRgb((await all(hdr))[0], 64, 64, 32);
    expect(grey).toBeGreaterThan(90);
    expect(grey).toBeLessThan(200);
  });

  it('resamples uneven frame times by time', async () => {
    // 30 fps for one second, then 10 fps for two.
    const file = clips.make('vfr.mkv', [
      ...pattern('320x240', 3),
      ...['-vf', "select='lt(t,1)+not(mod(n,3))'", '-vsync', 'vfr', ...H264],
    ]);
    const decoded = await all(file, { fps: { num: 30, den: 1 } });
    expect(Math.abs(decoded.length - 90)).toBeLessThanOrEqual(3);
  });

  it('takes a part of the file', async () => {
    const file = clips.make('long.mp4', [...pattern('320x240', 4), ...H264]);
    expect(await all(file, { startSeconds: 1, durationSeconds: 2 })).toHaveLength(60);
    expect(await all(file, { maxFrames: 7 })).toHaveLength(7);
  });

  it('reads a still picture as a video of one frame', async () => {
    const file = clips.make('still.png', [...pattern('64x48', 1), '-frames:v', '1']);
    expect(await all(file)).toHaveLength(1);
  });
});

describe('decodeVideo refuses', () => {
  it.for(['mp4', 'mkv', 'avi', 'webm', 'ts'])(
    'truncated and corrupt .%s, after what was sound',
    async (kind, { skip }) => {
      const codec =
        kind === 'webm'
          ? ['-c:v', 'libvpx', '-b:v', '500k', '-deadline', 'realtime', '-cpu-used', '8']
          : ['-c:v', 'libx264', '-preset', 'ultrafast'];
      const faststart = kind === 'mp4' ? ['-movflags', '+faststart'] : [];
      const whole = clips.make(`whole.${kind}`, [
        ...pattern('320x240', 2),
        ...codec,
        '-pix_fmt',
        'yuv420p',
        ...faststart,
      ]);
      const readable = await probe(whole).then(
        () => true,
        () => false,
      );
      skip(
        kind === 'ts' && !readable,
        'the ffprobe of the npm package crashes on MPEG-TS; a newer one is needed',
      );
      expect(await all(whole)).toHaveLength(60);
      const cut = clips.truncated(whole, `cut.${kind}`, 0.6);
      await expect(all(cut)).rejects.toMatchObject({ code: 'damaged' });
      const hurt = clips.corrupted(whole, `hurt.${kind}`, 3000);
      await expect(all(hurt)).rejects.toMatchObject({ code: 'damaged' });
      const concealed = await all(hurt, { damage: 'conceal' });
      expect(concealed.length).toBeGreaterThan(15);
    },
  );

  it('sound without pictures', async () => {
    const file = clips.make('tone.m4a', [...tone(1), '-c:a', 'aac']);
    await expect(decodeVideo(file)).rejects.toMatchObject({ code: 'no-picture' });
  });

  it('sizes that 4:2:0 cannot have', async () => {
    const file = clips.make('any.mp4', [...pattern('320x240', 0.2), ...H264]);
    for (const width of [0, 3, 2.5, Number.NaN, 9000]) {
      await expect(decodeVideo(file, { size: { width, height: 4 } })).rejects.toMatchObject({
        code: 'bad-size',
      });
    }
  });
});

describe('a decoder is stopped', () => {
  it('when the loop is left, and cannot be iterated again', async () => {
    const file = clips.make('leave.mp4', [...pattern('1280x720', 4), ...H264]);
    const video = await decodeVideo(file);
    for await (const { index } of video) if (index === 2) break;
    expect(() => video[Symbol.asyncIterator]()).toThrow(RangeError);
  });

  it('by its signal', async () => {
    const file = clips.make('abort.mp4', [...pattern('1280x720', 4), ...H264]);
    const stop = new AbortController();
    const run = async () => {
      for await (const { index } of await decodeVideo(file, { signal: stop.signal }))
        if (index === 2) stop.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: 'aborted' });
    await expect(decodeVideo(file, { signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('also when the pipe is full because the consumer is slow', async () => {
    const file = clips.make('slow.mp4', [...pattern('1280x720', 4), ...H264]);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
    for await (const { index } of await decodeVideo(file)) {
      await pause();
      if (index === 1) break;
    }
    const stop = new AbortController();
    const run = async () => {
      for await (const { index } of await decodeVideo(file, { signal: stop.signal })) {
        await pause();
        if (index === 1) stop.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'aborted' });
  });

  it('when it delivers nothing', async () => {
    const file = clips.make('stall.mp4', [...pattern('320x240', 1), ...H264]);
    const { ffprobe } = await import('./tools.js').then(({ locateFfmpeg }) => locateFfmpeg());
    const silent = clips.file('silent.sh');
    writeFileSync(silent, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const tools = { ffmpeg: silent, ffprobe, version: 'silent' };
    await expect(all(file, { tools, stallMs: 200 })).rejects.toMatchObject({ code: 'stalled' });
  });
});
