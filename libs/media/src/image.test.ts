import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, encodePng } from './image.js';
import { createClipFolder, type ClipFolder } from './testing/clips.js';

let folder: ClipFolder;
beforeAll(async () => {
  folder = await createClipFolder();
});
afterAll(() => {
  folder.remove();
});

const RED_LEFT = Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => (i % 12 < 6 && i % 3 === 0 ? 255 : 0));
const raw = { raw: { width: 4, height: 2, channels: 3 as const } };

describe('decodeImage', () => {
  it('returns what encodePng wrote, from bytes and from a file', async () => {
    const png = await encodePng({ width: 4, height: 2, data: RED_LEFT });
    expect(Object.getPrototypeOf(png)).toBe(Uint8Array.prototype);
    writeFileSync(folder.file('a.png'), png);
    for (const source of [png, folder.file('a.png')]) {
      const picture = await decodeImage(source);
      expect(picture).toMatchObject({ width: 4, height: 2 });
      expect([...picture.data]).toEqual([...RED_LEFT]);
    }
  });

  it('reduces a picture of too many pixels in its shape, as it is seen, and no other', async () => {
    const grey = (width: number, height: number) =>
      sharp({ create: { width, height, channels: 3, background: { r: 90, g: 90, b: 90 } } }).png();
    const read = async (bytes: Uint8Array) => {
      const { width, height, data } = await decodeImage(bytes, { reduceToPixels: 5000 });
      return { width, height, bytes: data.length };
    };
    const turned = await grey(400, 200).withMetadata({ orientation: 6 }).toBuffer();
    expect(await read(await grey(400, 200).toBuffer())).toEqual({ width: 100, height: 50, bytes: 15_000 });
    expect(await read(turned)).toEqual({ width: 50, height: 100, bytes: 15_000 });
    expect(await read(await grey(100, 50).toBuffer())).toEqual({ width: 100, height: 50, bytes: 15_000 });
    expect(await read(await grey(9000, 1).toBuffer())).toMatchObject({ height: 1 });
  });

  it('applies the EXIF orientation and puts transparency on grey', async () => {
    const turned = await sharp(RED_LEFT, raw)
      .jpeg({ quality: 100 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await decodeImage(turned)).toMatchObject({ width: 2, height: 4 });
    const clear = await sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect([...(await decodeImage(clear)).data]).toEqual(new Array<number>(12).fill(128));
  });
});

describe('decodeImage refuses', () => {
  it('what is missing, empty, no picture, or a program', async () => {
    await expect(decodeImage(folder.file('gone.png'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(decodeImage(new Uint8Array())).rejects.toMatchObject({ code: 'empty-file' });
    await expect(decodeImage(Buffer.from('hello, this is text'))).rejects.toMatchObject({
      code: 'not-media',
    });
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/hostname"/></svg>';
    await expect(decodeImage(Buffer.from(svg))).rejects.toMatchObject({ code: 'not-media' });
  });

  it('a small file that unfolds to 50,000 × 50,000 pixels', async () => {
    await expect(decodeImage(bomb(50_000, 50_000))).rejects.toMatchObject({ code: 'picture-too-large' });
  });

  it('a truncated picture, and one with too many bytes', async () => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) & 255);
    const whole = await encodePng({ width: 64, height: 64, data: noise });
    await expect(decodeImage(whole.subarray(0, whole.length >> 1))).rejects.toMatchObject({
      code: 'damaged',
    });
    await expect(decodeImage(whole, { maxBytes: 100 })).rejects.toMatchObject({ code: 'file-too-large' });
  });
});

describe('encodePng', () => {
  it('refuses data that does not fit its size', async () => {
    await expect(encodePng({ width: 4, height: 3, data: RED_LEFT })).rejects.toMatchObject({
      code: 'bad-size',
    });
  });
});

/** A PNG whose header promises far more pixels than its data holds. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
