import { LANDMARK_COUNT, type RgbImage } from '@guise/frame';
import { meshBounds } from '../mesh/bounds.js';
import { floatPicture, halve, type FloatPicture } from './picture.js';

const CROP_MARGIN = 0.08;

/** The face of a picture, at about the size that its texture has. */
export interface FaceCrop {
  readonly picture: FloatPicture;
  /** Vertex positions in the cut picture. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Cut pixels per picture pixel. */
  readonly zoom: number;
  /** Side of the texture that holds the cut's detail. */
  readonly side: number;
}

export function cropFace(image: RgbImage, landmarks: Float32Array, wantedSide: number | undefined): FaceCrop {
  const box = meshBounds(landmarks);
  const faceWidth = box.right - box.left;
  const side = wantedSide ?? Math.min(1024, Math.max(256, 2 ** Math.ceil(Math.log2(faceWidth * 1.05))));
  const margin = Math.ceil(CROP_MARGIN * faceWidth);
  const x0 = Math.max(0, Math.floor(box.left) - margin);
  const y0 = Math.max(0, Math.floor(box.top) - margin);
  const width = Math.min(image.width, Math.ceil(box.right) + margin) - x0;
  const height = Math.min(image.height, Math.ceil(box.bottom) + margin) - y0;
  let picture = floatPicture(image, x0, y0, width, height);
  let zoom = 1;
  while (faceWidth * zoom > side * 1.5) {
    picture = halve(picture);
    zoom /= 2;
  }
  const at = (axis: number, origin: number): Float32Array =>
    Float32Array.from({ length: LANDMARK_COUNT }, (_, i) => ((landmarks[i * 3 + axis] ?? 0) - origin) * zoom);
  return { picture, xs: at(0, x0), ys: at(1, y0), zoom, side };
}
