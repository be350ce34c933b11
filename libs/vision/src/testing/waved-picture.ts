import { headRotation, rgbToI420, type I420Frame, type RgbImage } from '@guise/frame';

const [WIDTH, HEIGHT] = [480, 360];
const FOCAL = 1.2 * WIDTH;
/** The part of the painting that is held before the camera, and its printed width. */
const PART = { x: 200, y: 60, size: 420 };
const PRINT_CM = 30;

/** A print held before a camera and tilted about both axes, as one that waves a photograph would. */
export function wavePicture(picture: RgbImage, seconds: number, degrees: number): I420Frame {
  const r = headRotation({
    yawDeg: degrees * Math.sin(seconds * 1.7),
    pitchDeg: degrees * 0.6 * Math.sin(seconds * 1.1 + 1),
    rollDeg: 8 * Math.sin(seconds * 0.9),
  });
  const [ox, oz] = [4 * Math.sin(seconds * 2), 45 + 6 * Math.sin(seconds)];
  const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(90);
  const reach = r[2] * ox + r[8] * oz;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [rx, ry] = [(x + 0.5 - WIDTH / 2) / FOCAL, (y + 0.5 - HEIGHT / 2) / FOCAL];
      // The ray meets the print's plane; then back into the print's own axes.
      const t = reach / (r[2] * rx + r[5] * ry + r[8]);
      const [px, py, pz] = [rx * t - ox, ry * t, t - oz];
      const u = (r[0] * px + r[3] * py + r[6] * pz) / PRINT_CM + 0.5;
      const v = (r[1] * px + r[4] * py + r[7] * pz) / PRINT_CM + 0.5;
      if (u >= 0 && v >= 0 && u < 1 && v < 1) copyPixel(picture, u, v, data, (y * WIDTH + x) * 3);
    }
  }
  return rgbToI420({ width: WIDTH, height: HEIGHT, data });
}

/** Bilinear. */
function copyPixel(picture: RgbImage, u: number, v: number, out: Uint8Array, at: number): void {
  const [fx, fy] = [PART.x + u * PART.size, PART.y + v * PART.size];
  const [x, y] = [Math.floor(fx), Math.floor(fy)];
  const pixel = (dx: number, dy: number, channel: number): number =>
    picture.data[((y + dy) * picture.width + x + dx) * 3 + channel] ?? 0;
  for (let channel = 0; channel < 3; channel++) {
    const top = pixel(0, 0, channel) * (1 - fx + x) + pixel(1, 0, channel) * (fx - x);
    const bottom = pixel(0, 1, channel) * (1 - fx + x) + pixel(1, 1, channel) * (fx - x);
    out[at + channel] = top * (1 - fy + y) + bottom * (fy - y);
  }
}
