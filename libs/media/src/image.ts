import { readFile, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { MediaError } from './errors.js';
import type { RgbImage } from '@guise/frame';
import type { ResizeOptions } from 'sharp';
import type { PictureSize } from './types.js';

const MAX_IMAGE_BYTES = 64 * 2 ** 20;
/** 8192² pixels: larger than any camera a portrait comes from, small enough to hold (200 MB as RGB). */
const MAX_IMAGE_PIXELS = 8192 * 8192;
const FORMATS: readonly string[] = ['jpeg', 'png', 'webp', 'tiff', 'heif', 'gif'];

export interface ImageLimits {
  readonly maxBytes?: number;
  readonly maxPixels?: number;
  /** A picture of more pixels is reduced to so many while it is decoded; none is unless stated. */
  readonly reduceToPixels?: number;
}

/**
 * Decodes a still picture (path or bytes) to sRGB: EXIF orientation applied, colour profile converted, transparency on
 * mid grey. Size is checked from the header before any pixel is decoded.
 * @throws MediaError `not-found`, `empty-file`, `file-too-large`, `not-media`, `picture-too-large`, `damaged`
 */
export async function decodeImage(source: string | Uint8Array, limits: ImageLimits = {}): Promise<RgbImage> {
  const name = typeof source === 'string' ? source : 'The picture';
  const bytes = await bounded(source, name, limits.maxBytes ?? MAX_IMAGE_BYTES);
  const maxPixels = limits.maxPixels ?? MAX_IMAGE_PIXELS;
  const options = { limitInputPixels: maxPixels, failOn: 'warning', pages: 1 } as const;
  const header = await sharp(bytes, { ...options, limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw new MediaError('not-media', `${name} is not a picture that can be read. Use PNG or JPEG.`, {
        cause: error,
      });
    });
  // SVG and PDF would be programs to run, not pixels to read.
  if (!FORMATS.includes(header.format)) {
    throw new MediaError(
      'not-media',
      `${name} is ${header.format}; pictures are read as PNG, JPEG, WebP, AVIF, TIFF or GIF.`,
    );
  }
  // HEIC pictures as phones make them: the codec is not free, and not built in.
  if (header.format === 'heif' && header.compression !== 'av1') {
    throw new MediaError(
      'not-media',
      `${name} is HEIC, which is not read here. Save it as JPEG, PNG or AVIF.`,
    );
  }
  if (header.width * header.height > maxPixels) {
    throw new MediaError(
      'picture-too-large',
      `${name} is ${header.width}×${header.height}. Scale it down first.`,
    );
  }
  try {
    const { data, info } = await sharp(bytes, options)
      .autoOrient()
      .resize(reduction(header.autoOrient, limits.reduceToPixels))
      .flatten({ background: { r: 128, g: 128, b: 128 } })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    };
  } catch (error) {
    throw new MediaError('damaged', `${name} is damaged or incomplete.`, { cause: error });
  }
}

/** Keeps the shape; nothing is enlarged. */
function reduction({ width, height }: PictureSize, most = Number.POSITIVE_INFINITY): ResizeOptions {
  const scale = Math.sqrt(most / (width * height));
  if (scale >= 1) return {};
  const side = (length: number): number => Math.max(1, Math.floor(length * scale));
  return { width: side(width), height: side(height), fit: 'fill' };
}

/** Encodes tightly packed RGB as PNG. */
export async function encodePng(picture: RgbImage): Promise<Uint8Array> {
  const { width, height, data } = picture;
  if (data.length !== width * height * 3) {
    throw new MediaError('bad-size', `${data.length} bytes are not an RGB picture of ${width}×${height}.`);
  }
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  // A plain array: encoders downstream (CBOR) tell a Buffer from it.
  return new Uint8Array(png);
}

async function bounded(source: string | Uint8Array, name: string, maxBytes: number): Promise<Uint8Array> {
  const length =
    typeof source === 'string'
      ? await stat(source).then(
          (entry) => entry.size,
          (error: unknown) => {
            throw new MediaError('not-found', `${name} cannot be opened. Check the name and your rights.`, {
              cause: error,
            });
          },
        )
      : source.length;
  if (length === 0) throw new MediaError('empty-file', `${name} is empty (zero bytes).`);
  if (length > maxBytes) {
    throw new MediaError('file-too-large', `${name} has ${length} bytes; at most ${maxBytes} are accepted.`);
  }
  return typeof source === 'string' ? readFile(source) : source;
}
