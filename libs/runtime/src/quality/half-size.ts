import { createI420, planesOf, type FaceObservation, type I420Frame } from '@guise/frame';

/** A picture can be halved and its chroma with it. */
export function canBeHalved({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return width % 4 === 0 && height % 4 === 0;
}

export function halfOf({ width, height }: I420Frame): I420Frame {
  return createI420(width / 2, height / 2);
}

/** Writes the means of 2 × 2 samples into a frame of half the size. */
export function halveInto(frame: I420Frame, half: I420Frame): void {
  const [from, to] = [planesOf(frame), planesOf(half)];
  halvePlane(from.y, frame.width, to.y, half.width, half.height);
  halvePlane(from.u, from.chromaWidth, to.u, to.chromaWidth, to.chromaHeight);
  halvePlane(from.v, from.chromaWidth, to.v, to.chromaWidth, to.chromaHeight);
}

/** Enlarges bilinearly into a frame of twice the size, as `scaleI420` does; written for speed. */
export function doubleInto(half: I420Frame, frame: I420Frame): void {
  const [from, to] = [planesOf(half), planesOf(frame)];
  doublePlane(from.y, half.width, half.height, to.y);
  doublePlane(from.u, from.chromaWidth, from.chromaHeight, to.u);
  doublePlane(from.v, from.chromaWidth, from.chromaHeight, to.v);
}

/** The same face, as seen in a picture of half the size. Pose and expression have no pixels in them. */
export function halveFace(face: FaceObservation): FaceObservation {
  const { x, y, width, height } = face.box;
  return {
    ...face,
    box: { x: x / 2, y: y / 2, width: width / 2, height: height / 2 },
    landmarks: face.landmarks.map((value) => value / 2),
  };
}

function halvePlane(from: Uint8Array, stride: number, to: Uint8Array, width: number, height: number): void {
  for (let y = 0, k = 0; y < height; y++) {
    for (let x = 0, i = 2 * y * stride; x < width; x++, i += 2, k++) {
      const sum = (from[i] ?? 0) + (from[i + 1] ?? 0) + (from[i + stride] ?? 0) + (from[i + stride + 1] ?? 0);
      to[k] = (sum + 2) >> 2;
    }
  }
}

/** Sample centres lie at quarters: the nearer neighbour counts three times the farther, in both directions. */
function doublePlane(from: Uint8Array, width: number, height: number, to: Uint8Array): void {
  for (let y = 0, k = 0; y < 2 * height; y++) {
    const near = y >> 1;
    const far = Math.max(0, Math.min(height - 1, y & 1 ? near + 1 : near - 1));
    const [a, b] = [near * width, far * width];
    let before = 3 * (from[a] ?? 0) + (from[b] ?? 0);
    let here = before;
    for (let x = 0; x < width; x++) {
      const next = x + 1 < width ? 3 * (from[a + x + 1] ?? 0) + (from[b + x + 1] ?? 0) : here;
      to[k] = (3 * here + before + 8) >> 4;
      to[k + 1] = (3 * here + next + 8) >> 4;
      k += 2;
      before = here;
      here = next;
    }
  }
}
