import { copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from './probe.js';
import { parseProbe } from './probe-parse.js';
import { surveyMedia } from './survey.js';
import { locateFfmpeg } from './tools.js';
import fc from 'fast-check';
import { colour, createClipFolder, H264, pattern, tone, type ClipFolder } from './testing/clips.js';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => {
  clips.remove();
});

describe('probe', () => {
  it('describes a plain clip with sound', async () => {
    const file = clips.make('plain.mp4', [...pattern('320x240', 2, 25), ...tone(2), ...H264, '-c:a', 'aac']);
    expect(await probe(file)).toMatchObject({
      kind: 'video',
      width: 320,
      height: 240,
      rotationDeg: 0,
      fps: { num: 25, den: 1 },
      variableRate: false,
      frames: 50,
      bitDepth: 8,
      hdr: null,
      hasAudio: true,
      audioCodec: 'aac',
    });
  });

  it('reports size and rotation as a viewer sees them', async () => {
    const flat = clips.make('flat.mp4', [...pattern('320x240', 1), ...H264]);
    const turned = clips.turned(flat, 'turned.mp4');
    expect(await probe(turned)).toMatchObject({
      width: 240,
      height: 320,
      rotationDeg: 90,
      coded: { width: 320, height: 240 },
    });
  });

  it('applies the pixel aspect', async () => {
    const file = clips.make('anamorphic.mp4', [...pattern('360x288', 1), '-vf', 'setsar=16/15', ...H264]);
    expect(await probe(file)).toMatchObject({ width: 384, height: 288 });
  });

  it('sees ten bits and HDR', async () => {
    const ten = clips.make('ten.mkv', [
      ...pattern('320x240', 1),
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p10le',
    ]);
    expect(await probe(ten)).toMatchObject({ bitDepth: 10, hdr: null });
    const hdr = clips.make('hdr.mkv', [
      ...pattern('320x240', 1),
      ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p10le', '-color_primaries', 'bt2020'],
      ...['-color_trc', 'smpte2084', '-colorspace', 'bt2020nc'],
    ]);
    expect(await probe(hdr)).toMatchObject({ bitDepth: 10, hdr: 'pq', matrixTagged: true });
  });

  it('tells uneven frame times', async () => {
    const file = clips.make('vfr.mp4', [
      ...pattern('320x240', 2),
      ...['-vf', "select='not(mod(n,2))+lt(n,20)'", '-vsync', 'vfr', ...H264],
    ]);
    expect(await probe(file)).toMatchObject({ variableRate: true });
  });

  it('takes a JPEG for one picture whatever its name', async () => {
    for (const name of ['face.jpg', 'face%03d.jpg', 'face.bin']) {
      const made = clips.make('made.jpg', [...pattern('64x48', 1, 1), '-frames:v', '1', '-update', '1']);
      const file = join(dirname(made), name);
      copyFileSync(made, file);
      expect(await probe(file)).toMatchObject({ kind: 'image', width: 64, height: 48, videoCodec: 'mjpeg' });
    }
  });

  it('knows a still picture and sound without pictures', async () => {
    expect(await probe(clips.make('still.png', [...pattern('64x48', 1), '-frames:v', '1']))).toMatchObject({
      kind: 'image',
    });
    const cover = clips.make('cover.png', [...colour('red', '64x64', 1), '-frames:v', '1']);
    const song = clips.make('song.mp3', [
      '-i',
      cover,
      ...tone(1),
      '-map',
      '1:a',
      '-map',
      '0:v',
      '-c:v',
      'copy',
    ]);
    expect(await probe(song)).toMatchObject({ kind: 'audio-only', hasAudio: true, width: 0 });
  });
});

describe('a probing program that crashes', () => {
  const crashing = async (shell: string) => {
    const tools = await locateFfmpeg();
    const script = clips.file(`ffprobe-${String(shell.length)}`);
    writeFileSync(script, `#!/bin/sh\n${shell}\nexec '${tools.ffprobe}' "$@"\n`, { mode: 0o755 });
    return { ...tools, ffprobe: script };
  };

  it.runIf(process.platform !== 'win32')('over one kind of file: the file is read all the same', async () => {
    const stream = clips.make('stream.ts', [
      ...pattern('320x240', 3, 10),
      ...tone(3),
      ...H264,
      '-c:a',
      'aac',
    ]);
    const tools = await crashing('case "$*" in *.ts*) kill -SEGV $$;; esac');
    expect(await probe(stream, { tools })).toMatchObject({
      kind: 'video',
      width: 320,
      height: 240,
      videoCodec: 'h264',
      hasAudio: true,
      durationSeconds: null,
    });
    const survey = await surveyMedia(stream, { tools });
    expect(survey.materialSeconds).toBeCloseTo(3, 0);
    const times: number[] = [];
    for await (const { timestampMs } of survey.open()) times.push(timestampMs);
    expect(times.length).toBeGreaterThan(20);
  });

  it.runIf(process.platform !== 'win32')('over everything: the file is refused', async () => {
    const stream = clips.make('stream2.ts', [...pattern('320x240', 1, 10), ...H264]);
    const tools = await crashing('kill -SEGV $$');
    await expect(probe(stream, { tools })).rejects.toMatchObject({ code: 'not-media' });
  });
});

describe('probe refuses', () => {
  it('what is missing, empty or a folder', async () => {
    await expect(probe(clips.file('nowhere.mp4'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(probe(clips.path)).rejects.toMatchObject({ code: 'not-found' });
    writeFileSync(clips.file('empty.mp4'), '');
    await expect(probe(clips.file('empty.mp4'))).rejects.toMatchObject({ code: 'empty-file' });
  });

  it('what is no medium', async () => {
    writeFileSync(clips.file('text.mp4'), 'This is a letter, not a video.\n'.repeat(100));
    await expect(probe(clips.file('text.mp4'))).rejects.toMatchObject({ code: 'not-media' });
  });

  it('a playlist that names other files', async () => {
    const secret = clips.make('secret.ts', [...pattern('320x240', 1), ...H264]);
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${secret}\n#EXT-X-ENDLIST\n`;
    writeFileSync(clips.file('upload.mp4'), playlist);
    writeFileSync(clips.file('upload.m3u8'), playlist);
    writeFileSync(clips.file('list.ffconcat'), `ffconcat version 1.0\nfile '${secret}'\n`);
    for (const name of ['upload.mp4', 'upload.m3u8', 'list.ffconcat']) {
      await expect(probe(clips.file(name)), name).rejects.toMatchObject({ code: 'not-media' });
    }
  });

  it('sizes and lengths outside the limits', async () => {
    const one = clips.make('one.avi', [...colour('red', '1x1', 1), '-c:v', 'rawvideo', '-pix_fmt', 'bgr24']);
    await expect(probe(one)).rejects.toMatchObject({ code: 'picture-too-small' });
    const small = clips.make('small.mp4', [...pattern('320x240', 2), ...H264]);
    await expect(probe(small, { limits: { maxWidth: 300 } })).rejects.toMatchObject({
      code: 'picture-too-large',
    });
    await expect(probe(small, { limits: { maxBytes: 100 } })).rejects.toMatchObject({
      code: 'file-too-large',
    });
    await expect(probe(small, { limits: { maxDurationSeconds: 1 } })).rejects.toMatchObject({
      code: 'too-long',
    });
  });

  it('a file whose index was cut off', async () => {
    const whole = clips.make('whole.mp4', [...pattern('320x240', 2), ...H264]);
    const cut = clips.truncated(whole, 'cut.mp4', 0.6);
    await expect(probe(cut)).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('parseProbe', () => {
  it('answers null or a description to any text, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const info = parseProbe(text);
        expect(info === null || info.kind.length > 0).toBe(true);
      }),
    );
  });

  it('takes no side of zero and no rate of 0/0', () => {
    const json = (width: number) =>
      JSON.stringify({
        streams: [{ codec_type: 'video', width, height: 4, avg_frame_rate: '0/0', r_frame_rate: '25/1' }],
        format: { format_name: 'avi' },
      });
    expect(parseProbe(json(0))).toBeNull();
    expect(parseProbe(json(4))).toMatchObject({ fps: { num: 25, den: 1 }, variableRate: true });
  });
});
