import type { RgbImage } from '@guise/frame';
import sharp from 'sharp';
import { drawBeard, type Beard } from './beard.js';
import { faceFrame } from './face-frame.js';
import { drawGlasses, type Glasses } from './glasses.js';

export interface DrawnAttributes {
  readonly glasses?: Glasses;
  readonly beard?: Beard;
  /** Chooses colours, sizes, hairs. */
  readonly seed: number;
}

/**
 * Draws glasses or a beard on a face seen from the front; the same for the same seed.
 * @param landmarks 478 × (x, y, z) of the face, pixels of the picture
 */
export async function drawAttributes(
  picture: RgbImage,
  landmarks: Float32Array,
  drawn: DrawnAttributes,
): Promise<RgbImage> {
  const face = faceFrame(landmarks);
  const { width, height } = picture;
  const beard = drawn.beard === undefined ? '' : drawBeard(face, drawn.beard, drawn.seed);
  const glasses = drawn.glasses === undefined ? '' : drawGlasses(face, drawn.glasses, drawn.seed);
  const size = `width="${String(width)}" height="${String(height)}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${beard}${glasses}</svg>`;
  const data = await sharp(picture.data, { raw: { width, height, channels: 3 } })
    .composite([{ input: await sharp(Buffer.from(svg)).png().toBuffer() }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { width, height, data: new Uint8Array(data) };
}
