import { chmodSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropsPackets } from './capabilities.js';
import { betweenFilter } from './filters.js';
import { startFrames } from './frame-process.js';
import { KEY_PACKETS_INPUT, keyPacketArgs, wantsKeyPackets, type Part } from './key-packets.js';
import { PictureTimes } from './picture-times.js';
import { probe } from './probe.js';
import { createClipFolder, H264, pattern, tone, type ClipFolder } from './testing/clips.js';
import { locateFfmpeg } from './tools.js';
import type { FfmpegTools, MediaInfo } from './types.js';

const SIZE = { width: 160, height: 90 };
let clips: ClipFolder;
let tools: FfmpegTools;
let h264: MediaInfo;
let keyed: string;
beforeAll(async () => {
  clips = await createClipFolder();
  tools = await locateFfmpeg();
  keyed = clips.make('keyed.mp4', [...pattern('160x90', 12, 10), ...H264, '-g', '20', '-bf', '2']);
  h264 = await probe(keyed);
});
afterAll(() => {
  clips.remove();
});

/** An ffmpeg whose help for the filter is this text. */
function ffmpegSaying(name: string, help: string): FfmpegTools {
  const ffmpeg = clips.file(name);
  writeFileSync(ffmpeg, `#!/bin/sh\ncat <<'END'\n${help}\nEND\n`);
  chmodSync(ffmpeg, 0o755);
  return { ...tools, ffmpeg };
}

/** Times of the pictures that a decoder behind the packet filter gives, and how many bytes they are together. */
async function readKeys(file: string, part: Part): Promise<{ times: number[]; bytes: number }> {
  const output = ['-vf', `${betweenFilter(part.from, part.to)},showinfo`, '-vsync', '0', '-f', 'rawvideo'];
  const args = ['-v', 'info', '-nostats', ...KEY_PACKETS_INPUT, ...output, '-pix_fmt', 'yuv420p', 'pipe:1'];
  const feed = keyPacketArgs(file, part);
  const decoder = startFrames({ program: tools.ffmpeg, args, feed, size: SIZE });
  const times = new PictureTimes(decoder.stderr);
  const read = { times: new Array<number>(), bytes: 0 };
  for (let data = await decoder.next(); data !== null; data = await decoder.next()) {
    read.bytes += data.length;
    read.times.push((await times.next()) ?? Number.NaN);
  }
  await decoder.stop();
  return read;
}

describe('packets of key pictures', () => {
  it('are asked for where the decoder would decode everything and this ffmpeg can drop the others', async () => {
    const drops = ffmpegSaying('new', '  -amount  <string>  ...VA...B..\n  -drop    <string>  ...VA...B..');
    const older = ffmpegSaying('old', '  -amount  <int>  ...VA...B..\n  -dropamount <int>  ...VA...B..');
    for (const videoCodec of ['vp9', 'av1']) {
      expect(await wantsKeyPackets(drops, { ...h264, videoCodec })).toBe(true);
      expect(await wantsKeyPackets(older, { ...h264, videoCodec })).toBe(false);
      expect(await wantsKeyPackets(drops, { ...h264, videoCodec, rotationDeg: 90 })).toBe(false);
    }
    expect(await wantsKeyPackets(drops, h264)).toBe(false);
  });

  it('are all that the decoder gets, at the times of the file, also of a part and behind a late start', async () => {
    const able = await dropsPackets(tools);
    const late = clips.make('late.mkv', [
      ...['-itsoffset', '1.5', ...pattern('160x90', 6, 10), ...tone(8), ...H264, '-g', '20'],
    ]);
    const cases: [string, Part, number[]][] = [
      [keyed, { from: 0, to: null }, [0, 2, 4, 6, 8, 10]],
      [keyed, { from: 3.5, to: 8.5 }, [4, 6, 8]],
      [late, { from: 0, to: null }, [1.5, 3.5, 5.5]],
    ];
    for (const [file, part, times] of cases) {
      const read = await readKeys(file, part);
      // An older ffmpeg refuses the filter: it is never asked (the test above).
      expect(read.times.map((time) => Math.round(time * 10) / 10)).toEqual(able ? times : []);
      expect(read.bytes).toBe(read.times.length * 160 * 90 * 1.5);
    }
  });

  it('end with a picture-less reading when the file is gone, and are let go when nobody reads on', async () => {
    expect((await readKeys(clips.file('gone.mp4'), { from: 0, to: null })).times).toEqual([]);
    const args = [...KEY_PACKETS_INPUT, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'];
    const feed = keyPacketArgs(keyed, { from: 0, to: null });
    const decoder = startFrames({ program: tools.ffmpeg, args, feed, size: SIZE });
    decoder.stderr.resume();
    await decoder.stop();
    expect((await decoder.ended()).code).not.toBe(0);
  });
});
