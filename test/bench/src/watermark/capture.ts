import { i420ToRgb, rgbToI420, type I420Frame } from '@guise/frame';
import sharp, { type Sharp } from 'sharp';
import type { Capture } from './attacks.js';

/** A screenshot of a frame: turned, cut, scaled, stored as PNG or JPEG, opened again. */
export async function captureScreen(frame: I420Frame, capture: Capture): Promise<I420Frame> {
  const { data, width, height } = i420ToRgb(frame);
  const rotated = await turn(sharp(data, { raw: { width, height, channels: 3 } }), frame, capture);
  const share = Math.sqrt(capture.cropArea ?? 1);
  const [cutWidth, cutHeight] = [even(width * share), even(height * share)];
  const cut = sharp(rotated).extract({
    // Off centre, as people drag their rectangles.
    left: Math.round((width - cutWidth) * 0.4),
    top: Math.round((height - cutHeight) * 0.6),
    width: cutWidth,
    height: cutHeight,
  });
  const scale = capture.scale ?? 1;
  const scaled = cut.resize(even(cutWidth * scale), even(cutHeight * scale), { fit: 'fill' });
  const stored =
    capture.jpeg === undefined ? scaled.png() : scaled.jpeg({ quality: capture.jpeg, mozjpeg: false });
  const opened = await sharp(await stored.toBuffer())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return rgbToI420({
    width: opened.info.width,
    height: opened.info.height,
    data: new Uint8Array(opened.data),
  });
}

/** Rotation about the centre at the same size, black beyond the picture. */
async function turn(picture: Sharp, size: I420Frame, { rotateDeg = 0 }: Capture): Promise<Buffer> {
  if (rotateDeg === 0) return picture.png({ compressionLevel: 1 }).toBuffer();
  const turned = await picture
    .rotate(rotateDeg, { background: 'black' })
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  return sharp(turned.data)
    .extract({
      left: Math.round((turned.info.width - size.width) / 2),
      top: Math.round((turned.info.height - size.height) / 2),
      width: size.width,
      height: size.height,
    })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

const even = (value: number): number => 2 * Math.round(value / 2);
