import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { surveyMedia } from './survey.js';
import { createClipFolder, H264, pattern, tone, type ClipFolder } from './testing/clips.js';

let clips: ClipFolder;
beforeAll(async () => {
  clips = await createClipFolder();
});
afterAll(() => {
  clips.remove();
});

const refused = (file: string) =>
  expect(surveyMedia(file), file).rejects.toMatchObject({ code: 'ambiguous' });
const taken = async (file: string) => {
  expect(await surveyMedia(file), file).toMatchObject({ info: { otherTracks: 0 } });
};
const picture = (red: number) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: { r: red, g: 90, b: 30 } } });

/** A PNG with one more chunk in front of its pixels (ISO/IEC 15948 §5.3). */
function withChunk(png: Buffer, type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(named));
  const afterHeader = 8 + 12 + 13;
  return Buffer.concat([png.subarray(0, afterHeader), length, named, check, png.subarray(afterHeader)]);
}

describe('a file of which a viewer may show something else than what is read', () => {
  it('is refused: an animated WebP, PNG or AVIF, and pages', async () => {
    const frames = await Promise.all([200, 20].map((red) => picture(red).png().toBuffer()));
    const animated = sharp(frames, { join: { animated: true } });
    for (const name of ['animated.webp', 'pages.tiff']) {
      await animated.clone().toFile(clips.file(name));
      await refused(clips.file(name));
    }
    const animation = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
    const [first = Buffer.alloc(0)] = frames;
    const noted = withChunk(first, 'tEXt', Buffer.alloc(70_000, 'acTL IDAT'));
    writeFileSync(clips.file('animated.png'), withChunk(noted, 'acTL', animation));
    await refused(clips.file('animated.png'));
    // A track beside the picture of the file: the shape of an animated AVIF, which browsers play.
    const avif = await picture(90).avif().toBuffer();
    const track = Buffer.from([0, 0, 0, 8, ...Buffer.from('moov', 'latin1')]);
    writeFileSync(clips.file('animated.avif'), Buffer.concat([avif, track]));
    await refused(clips.file('animated.avif'));
  });

  it('is refused: a second picture track, and subtitles', async () => {
    const two = ['-map', '0:v', '-map', '1:v', ...H264];
    for (const name of ['two.mkv', 'two.mp4', 'two.ts']) {
      const both = [...pattern('64x48', 1, 10), ...pattern('32x24', 1, 10)];
      await refused(clips.make(name, [...both, ...two]));
    }
    const text = clips.file('text.srt');
    writeFileSync(text, '1\n00:00:00,000 --> 00:00:01,000\nsomething else\n');
    const subtitled = [...pattern('64x48', 1, 10), '-i', text, ...H264, '-c:s'];
    await refused(clips.make('subtitled.mkv', [...subtitled, 'srt']));
    await refused(clips.make('subtitled.mp4', [...subtitled, 'mov_text']));
  });

  it('is no still picture of any format, and no recording with sound or a cover', async () => {
    for (const name of ['still.webp', 'still.png', 'still.avif', 'still.tiff', 'still.jpg']) {
      await picture(200).toFile(clips.file(name));
      await taken(clips.file(name));
    }
    const noted = withChunk(readFileSync(clips.file('still.png')), 'tEXt', Buffer.alloc(70_000, 'acTL'));
    writeFileSync(clips.file('noted.png'), noted);
    await taken(clips.file('noted.png'));
    await taken(clips.make('sound.mp4', [...pattern('64x48', 1, 10), ...tone(1), ...H264, '-c:a', 'aac']));
    const cover = ['-i', clips.file('still.jpg'), '-map', '0:v', '-map', '1:v', '-c:v:0', 'libx264'];
    const covered = [...pattern('64x48', 1, 10), ...cover, '-c:v:1', 'copy', '-disposition:v:1'];
    await taken(clips.make('cover.mp4', [...covered, 'attached_pic']));
  });
});
