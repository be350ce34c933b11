import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { rgbToI420, type Expression, type HeadPose, type I420Frame, type RgbImage } from '@guise/frame';
import sharp from 'sharp';

const FIXTURES = new URL('../../../testing/fixtures/synthetic-faces/', import.meta.url);

/** Ground truth of one face, as `tools/synthetic-faces` writes it. */
export interface FaceTruth {
  readonly identity: number;
  readonly pose: HeadPose;
  readonly expression: Expression;
  readonly leftEye: readonly [number, number];
  readonly rightEye: readonly [number, number];
}

export interface PictureTruth {
  readonly file: string;
  readonly faces: readonly FaceTruth[];
}

export async function readTruth(): Promise<readonly PictureTruth[]> {
  return JSON.parse(await readFile(new URL('truth.json', FIXTURES), 'utf8')) as PictureTruth[];
}

export function readFixture(file: string): Promise<I420Frame> {
  return readPicture(fileURLToPath(new URL(file, FIXTURES)));
}

export async function readRgb(path: string, side?: number): Promise<RgbImage> {
  const picture = sharp(path).removeAlpha().toColourspace('srgb');
  const sized = side === undefined ? picture : picture.resize(side, side, { fit: 'inside' });
  const { data, info } = await sized.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

export async function readPicture(path: string): Promise<I420Frame> {
  return rgbToI420(await readRgb(path));
}
