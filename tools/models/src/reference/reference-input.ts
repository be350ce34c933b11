import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/**
 * The two pictures on which the converted networks are compared with the original runtime: a coloured pattern from a seeded
 * generator, and a face (the Mona Lisa: a painting in the public domain).
 */
export const REFERENCE_PICTURES = ['pattern', 'portrait'] as const;
export type ReferencePicture = (typeof REFERENCE_PICTURES)[number];

interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB, 8 bits. */
  readonly rgb: Uint8Array;
}

/** Network input from 0…255, as the manifest's `meaning` says: (value − offset) / scale. */
const NORMALISATION: Readonly<Record<string, { readonly offset: number; readonly scale: number }>> = {
  'face-detection-short': { offset: 127.5, scale: 127.5 },
  'face-detection-full': { offset: 127.5, scale: 127.5 },
  'face-mesh-attention': { offset: 0, scale: 255 },
  'face-mesh': { offset: 0, scale: 255 },
  'face-embedding': { offset: 127.5, scale: 128 },
  'person-segmentation': { offset: 0, scale: 255 },
  'picture-enlargement': { offset: 0, scale: 1 },
};

/** A batch of the picture as NHWC float32; every second item is mirrored, so that items of a batch differ. */
export async function referenceInput(
  role: string,
  picture: ReferencePicture,
  [batch, height, width]: readonly [number, number, number],
): Promise<Float32Array> {
  const normalisation = NORMALISATION[role];
  if (!normalisation) throw new RangeError(`no normalisation for ${role}`);
  const source = picture === 'pattern' ? patternPicture(width, height) : await portrait();
  const input = new Float32Array(batch * height * width * 3);
  let to = 0;
  for (let item = 0; item < batch; item++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const column = item % 2 === 0 ? x : width - 1 - x;
        const from =
          3 * (nearest(y, height, source.height) * source.width + nearest(column, width, source.width));
        for (let c = 0; c < 3; c++) {
          input[to++] = ((source.rgb[from + c] ?? 0) - normalisation.offset) / normalisation.scale;
        }
      }
    }
  }
  return input;
}

const nearest = (place: number, size: number, sourceSize: number): number =>
  Math.floor((place * sourceSize) / size);

async function portrait(): Promise<Picture> {
  const file = await readFile(fileURLToPath(new URL('../../fixtures/mona-lisa-96.png', import.meta.url)));
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

const CELLS = 8;

/** Random colours on a coarse grid, interpolated, with noise on top: exact arithmetic, the same on every machine. */
function patternPicture(width: number, height: number): Picture {
  const random = mulberry32(20_261_122);
  const grid = Array.from({ length: (CELLS + 1) ** 2 * 3 }, () => random() * 255);
  const at = (row: number, column: number, c: number) => grid[(row * (CELLS + 1) + column) * 3 + c] ?? 0;
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const [row, v] = split((y / height) * CELLS);
    for (let x = 0; x < width; x++) {
      const [column, u] = split((x / width) * CELLS);
      for (let c = 0; c < 3; c++) {
        const top = at(row, column, c) * (1 - u) + at(row, column + 1, c) * u;
        const bottom = at(row + 1, column, c) * (1 - u) + at(row + 1, column + 1, c) * u;
        const value = top * (1 - v) + bottom * v + (random() - 0.5) * 32;
        rgb[to++] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { width, height, rgb };
}

const split = (value: number): readonly [whole: number, rest: number] => [
  Math.floor(value),
  value - Math.floor(value),
];

/** Tommy Ettinger's mulberry32: 32 bits of state, plenty for a picture. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
