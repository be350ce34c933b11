import { readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import type { I420Frame } from '@guise/frame';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTool } from './child.js';
import { decodeVideo } from './decode.js';
import { decodeImage } from './image.js';
import { probe } from './probe.js';
import { sampleVideo } from './sample.js';
import { colour, createClipFolder, H264, pattern, type ClipFolder } from './testing/clips.js';
import type { DecodeOptions } from './types.js';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => {
  clips.remove();
});

async function decode(file: string, options: DecodeOptions = {}): Promise<I420Frame[]> {
  const frames: I420Frame[] = [];
  for await (const { frame } of await decodeVideo(file, options)) frames.push(frame);
  return frames;
}
async function sampled(file: string, spacingSeconds = 1): Promise<number[]> {
  const times: number[] = [];
  for await (const { timestampMs } of await sampleVideo(file, { spacingSeconds })) times.push(timestampMs);
  return times;
}

/** Mean difference of neighbouring lines: fields of different moments, interleaved, make it large. */
function combing({ data, width, height }: I420Frame): number {
  let sum = 0;
  for (let i = width; i < width * height; i++) sum += Math.abs((data[i] ?? 0) - (data[i - width] ?? 0));
  return sum / (width * (height - 1));
}

/** A PNG of any declared size with next to nothing in it. */
function hugePng(side: number): Buffer {
  const chunk = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(named));
    return Buffer.concat([head, named, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(4 * 2 ** 20));
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** A copy of a Matroska file that claims another length (RFC 9559 §5.1.2.10: element 4489, a float in milliseconds). */
function claiming(file: string, name: string, seconds: number): string {
  const bytes = readFileSync(file);
  bytes.writeDoubleBE(seconds * 1000, bytes.indexOf(Buffer.from([0x44, 0x89, 0x88])) + 3);
  // The track's own length is a tag: under another name it says nothing.
  for (let at = bytes.indexOf('DURATION'); at >= 0; at = bytes.indexOf('DURATION'))
    bytes.write('IGNORED!', at);
  writeFileSync(clips.file(name), bytes);
  return clips.file(name);
}

describe('material that is unusual', () => {
  it('interlaced: fields become whole pictures', async () => {
    const moving = ['-f', 'lavfi', '-i', 'testsrc2=size=640x240:rate=50:duration=1'];
    const pan = 'crop=w=320:h=240:x=6*n:y=0';
    const file = clips.make('fields.mp4', [
      ...[
        ...moving,
        '-vf',
        `${pan},interlace=scan=tff`,
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-pix_fmt',
        'yuv420p',
      ],
      ...['-flags', '+ildct+ilme', '-x264opts', 'tff=1'],
    ]);
    const whole = clips.make('whole.mp4', [...moving, '-vf', pan, '-r', '25', ...H264]);
    expect(await probe(file)).toMatchObject({ interlaced: true });
    expect(await probe(whole)).toMatchObject({ interlaced: false });
    const [woven, plain] = [await decode(file), await decode(whole)];
    const middle = (frames: readonly I420Frame[]) =>
      combing(frames[12] ?? { data: new Uint8Array(0), width: 1, height: 1 });
    expect(middle(woven)).toBeLessThan(1.15 * middle(plain));
    expect(await sampled(file)).toEqual([0]);
  });

  it('HDR that does not say its colours: PQ and HLG', async () => {
    for (const transfer of ['smpte2084', 'arib-std-b67']) {
      const file = clips.make(`${transfer}.mkv`, [
        ...[...pattern('320x240', 1, 5), '-c:v', 'libx264', '-pix_fmt', 'yuv420p10le'],
        ...['-color_trc', transfer],
      ]);
      const [frame] = await decode(file);
      const luma = frame?.data.subarray(0, 320 * 240) ?? new Uint8Array(0);
      const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
      expect(mean).toBeGreaterThan(30);
      expect(mean).toBeLessThan(220);
    }
  });

  it('a size that changes within the file: every picture has the first one’s', async () => {
    const small = clips.make('small.h264', [...pattern('320x240', 1, 10), ...H264]);
    const large = clips.make('large.h264', [...pattern('640x360', 1, 10), ...H264]);
    writeFileSync(clips.file('both.h264'), Buffer.concat([readFileSync(small), readFileSync(large)]));
    const frames = await decode(clips.file('both.h264'), { damage: 'conceal' });
    expect(frames.length).toBeGreaterThan(15);
    for (const frame of frames) expect(frame).toMatchObject({ width: 320, height: 240 });
    const pictures = await sampleVideo(clips.file('both.h264'), { spacingSeconds: 0.1 });
    for await (const { frame } of pictures) expect(frame.data).toHaveLength(320 * 240 * 1.5);
  });

  it('an animated GIF is a video', async () => {
    const gif = clips.make('moving.gif', pattern('160x120', 2, 10));
    expect(await probe(gif)).toMatchObject({ kind: 'video', width: 160 });
    expect((await decode(gif)).length).toBeGreaterThan(15);
    expect((await sampled(gif)).length).toBeGreaterThan(0);
  });

  it('a header that claims ten hours: refused where that is too long, else what there is', async () => {
    const file = clips.make('short.mkv', [...pattern('160x120', 2, 10), ...H264, '-g', '10', '-bf', '0']);
    const long = claiming(file, 'long.mkv', 36_000);
    expect((await probe(long)).durationSeconds).toBeGreaterThan(30_000);
    await expect(probe(long, { limits: { maxDurationSeconds: 7200 } })).rejects.toMatchObject({
      code: 'too-long',
    });
    expect(await sampled(long)).toEqual([0, 1000]);
  });

  it('ten hours at a picture every ten seconds', { timeout: 60_000 }, async () => {
    const slow = ['-f', 'lavfi', '-i', 'color=gray:size=160x120:rate=1/10:duration=36000'];
    const file = clips.make('ten-hours.mkv', [...slow, ...H264, '-g', '3']);
    const times = await sampled(file, 60);
    expect(times.length).toBeGreaterThan(500);
    expect(times.length).toBeLessThanOrEqual(600);
    expect(times.at(-1)).toBeGreaterThan(35_900_000);
  });
});

describe('pictures that are not what they seem', () => {
  it('a PNG of 50,000 × 50,000 is refused by its header', async () => {
    writeFileSync(clips.file('bomb.png'), hugePng(50_000));
    await expect(probe(clips.file('bomb.png'))).rejects.toMatchObject({ code: 'picture-too-large' });
    await expect(decodeImage(clips.file('bomb.png'))).rejects.toMatchObject({ code: 'picture-too-large' });
  });

  it.each([
    [
      'an SVG',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/hosts"/></svg>',
    ],
    ['a PDF', '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'],
    ['a ZIP', 'PK\u0003\u0004\u0014\u0000\u0000\u0000\u0008\u0000 and what else a ZIP begins with'],
    ['a text', 'Dear all, please find attached nothing.\n'.repeat(50)],
  ])('%s under the name of a picture or video', async (_, text) => {
    for (const name of ['disguised.png', 'disguised.mp4', 'disguised.ts']) {
      writeFileSync(clips.file(name), text);
      await expect(probe(clips.file(name)), name).rejects.toMatchObject({ code: 'not-media' });
      await expect(decodeImage(clips.file(name)), name).rejects.toMatchObject({ code: 'not-media' });
    }
  });

  it('scripts that name other files are not followed, whatever they are called', async () => {
    const secret = clips.make('secret.mp4', [...pattern('320x240', 1, 5), ...H264]);
    const list = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:${secret}\n#EXT-X-ENDLIST\n`;
    const scripts: Readonly<Record<string, string>> = {
      'list.m3u8': list,
      'list.ts': list,
      'list.concat': `ffconcat version 1.0\nfile '${secret}'\n`,
      'list.sdp': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
      'list.mpd': `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet><Representation id="1"><BaseURL>file:${secret}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
      'list.sub.mp4': `file:${secret}\n`,
    };
    for (const [name, text] of Object.entries(scripts)) {
      writeFileSync(clips.file(name), text);
      await expect(probe(clips.file(name)), name).rejects.toMatchObject({ code: 'not-media' });
    }
  });

  it('pictures with transparency, WebP and AVIF are read; HEIC says what to do', async () => {
    const see = { r: 200, g: 40, b: 40, alpha: 0.5 };
    const square = sharp({ create: { width: 64, height: 48, channels: 4, background: see } });
    const files = {
      'clear.png': square.clone().png(),
      'clear.webp': square.clone().webp(),
      'clear.avif': square.clone().avif(),
    };
    for (const [name, picture] of Object.entries(files)) {
      await picture.toFile(clips.file(name));
      expect(await probe(clips.file(name)), name).toMatchObject({ kind: 'image', width: 64, height: 48 });
      const { width, height, data } = await decodeImage(clips.file(name));
      expect([width, height, data.length], name).toEqual([64, 48, 64 * 48 * 3]);
      // Half of it over mid grey.
      expect(data[0], name).toBeGreaterThan(150);
      expect(data[1], name).toBeGreaterThan(70);
    }
    const heic = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('ftypheic\0\0\0\0mif1heic'),
      Buffer.alloc(100),
    ]);
    writeFileSync(clips.file('phone.heic'), heic);
    await expect(probe(clips.file('phone.heic'))).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('the programs that read it', () => {
  it.runIf(process.platform === 'linux')('may use bounded memory and processor time', async () => {
    const limits = await runTool('/bin/sh', ['-c', 'ulimit -v; ulimit -t'], { timeoutMs: 10_000 });
    const [memoryKib, cpuSeconds] = limits.stdout.toString('utf8').trim().split('\n').map(Number);
    expect(memoryKib).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(cpuSeconds).toBeLessThanOrEqual(24 * 3600);
  });

  it('take any text as one word, never as a command', async () => {
    const word = `$(touch ${clips.file('made')}) ; "'\`id\` *`;
    const { stdout } = await runTool('/bin/echo', [word], { timeoutMs: 10_000 });
    expect(stdout.toString('utf8')).toBe(`${word}\n`);
  });

  it('flat black, flat white, and tiny pictures are read as they are', async () => {
    for (const rgb of ['black', 'white']) {
      const [frame] = await decode(clips.make(`${rgb}.mp4`, [...colour(rgb, '64x64', 1), ...H264]));
      expect(frame?.data[0]).toBe(rgb === 'black' ? 16 : 235);
    }
    const tiny = clips.make('tiny.mp4', [...colour('red', '16x16', 1), ...H264]);
    expect((await decode(tiny))[0]).toMatchObject({ width: 16, height: 16 });
    const tinier = clips.make('tinier.mp4', [...colour('red', '8x8', 1), ...H264]);
    await expect(probe(tinier)).rejects.toMatchObject({ code: 'picture-too-small' });
  });
});
