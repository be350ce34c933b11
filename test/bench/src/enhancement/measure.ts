import { faceWidthPx, KEPT_IDENTITY_COSINE } from '@guise/client/avatar';
import { rgbToI420, type FaceObservation, type RgbImage } from '@guise/frame';
import { cosineSimilarity, type PictureEnlarger, type Vision } from '@guise/vision';
import sharp from 'sharp';
import type { Instruments } from '../quality/instruments.js';
import { closeness, enlargeBicubic, type Closeness } from './picture-measures.js';

const FACTOR = 2;

export interface Means {
  readonly vision: Vision;
  readonly instruments: Instruments;
  readonly enlarger: PictureEnlarger;
}

/** A small version of a picture: how wide its face is, and how much was lost by JPEG (null: nothing). */
export interface Reduction {
  readonly facePx: number;
  readonly jpegQuality: number | null;
}

/** Cosines to the original's face: by the network that the product compares faces with, and by one that it does not use. */
interface Likeness {
  readonly product: number;
  readonly independent: number;
}

export interface Enhanced extends Reduction {
  readonly picture: string;
  /** To the original at the same size, over the face; null where the original is smaller. */
  readonly bicubic: (Likeness & { readonly closeness: Closeness | null }) | null;
  readonly network: (Likeness & { readonly closeness: Closeness | null }) | null;
  readonly small: Likeness | null;
  /** What `guise avatar build --enhance` decides by: the face after and before. */
  readonly kept: number;
  readonly isRefused: boolean;
}

/** Pictures of one case for looking at: enlarged by repetition, by interpolation, by the network. */
export interface Shown {
  readonly result: Enhanced;
  readonly pictures: readonly RgbImage[];
}

interface Face {
  readonly product: Float32Array;
  readonly independent: Float32Array;
  readonly seen: FaceObservation;
}

/** Null when the original shows no single large face, or is too small for the reduction. */
export async function measureReduction(
  means: Means,
  name: string,
  original: RgbImage,
  reduction: Reduction,
): Promise<Shown | null> {
  const own = await faceOf(means, original);
  const facePx = own === null ? 0 : faceWidthPx(own.seen.landmarks);
  if (own === null || facePx < 1.5 * reduction.facePx) return null;
  const scale = reduction.facePx / facePx;
  const [width, height] = [even(original.width * scale), even(original.height * scale)];
  const small = await compressed(await resized(original, width, height), reduction.jpegQuality);
  const [bicubic, network] = [enlargeBicubic(small, FACTOR), await means.enlarger.enlarge(small)];
  const truth =
    width * FACTOR > original.width ? null : await resized(original, width * FACTOR, height * FACTOR);
  const { box } = own.seen;
  const [across, down] = [(width * FACTOR) / original.width, (height * FACTOR) / original.height];
  const place = {
    ...{ x: box.x * across, y: box.y * down },
    ...{ width: box.width * across, height: box.height * down },
  };
  const judge = async (picture: RgbImage) => {
    const face = await faceOf(means, picture);
    return face === null
      ? null
      : { ...likeness(face, own), closeness: truth === null ? null : closeness(picture, truth, place) };
  };
  const [before, after] = [await faceOf(means, small), await faceOf(means, network)];
  const kept = before === null || after === null ? 0 : cosineSimilarity(before.product, after.product);
  const result = {
    ...{ picture: name, ...reduction, kept, isRefused: kept < KEPT_IDENTITY_COSINE },
    ...{ bicubic: await judge(bicubic), network: await judge(network) },
    small: before === null ? null : likeness(before, own),
  };
  const repeated = await resized(small, width * FACTOR, height * FACTOR, 'nearest');
  return { result, pictures: [repeated, bicubic, network, ...(truth === null ? [] : [truth])] };
}

async function faceOf({ vision, instruments }: Means, picture: RgbImage): Promise<Face | null> {
  const frame = rgbToI420(picture);
  const [seen] = await vision.detectFaces(frame);
  if (seen === undefined) return null;
  const product = await vision.embed(frame, seen);
  const independent = await instruments.identity(frame, await instruments.points(frame, seen));
  return { product, independent, seen };
}

const likeness = (face: Face, own: Face): Likeness => ({
  product: cosineSimilarity(face.product, own.product),
  independent: cosineSimilarity(face.independent, own.independent),
});

const even = (side: number): number => Math.round(side / 2) * 2;
const raw = ({ width, height, data }: RgbImage) =>
  sharp(data, { raw: { width, height, channels: 3 as const } });

async function resized(
  picture: RgbImage,
  width: number,
  height: number,
  kernel: 'lanczos3' | 'nearest' = 'lanczos3',
): Promise<RgbImage> {
  const data = await raw(picture).resize(width, height, { fit: 'fill', kernel }).raw().toBuffer();
  return { width, height, data: new Uint8Array(data) };
}

async function compressed(picture: RgbImage, quality: number | null): Promise<RgbImage> {
  if (quality === null) return picture;
  const data = await sharp(await raw(picture).jpeg({ quality }).toBuffer())
    .raw()
    .toBuffer();
  return { ...picture, data: new Uint8Array(data) };
}
