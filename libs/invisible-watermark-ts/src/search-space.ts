import { CANONICAL_HEIGHT, CANONICAL_WIDTH, CHIP_PITCH } from './format.js';
import { type Affine, compose, coverGeometry, resizeMap } from './geometry.js';
import type { Size } from './types.js';

/** Sizes whose whole picture may have been squeezed or stretched into a frame of another aspect. */
const SOURCE_ASPECTS: readonly Size[] = [
  { width: CANONICAL_WIDTH, height: CANONICAL_HEIGHT },
  { width: 960, height: 720 },
];

/** Maps to try first: the whole frame as sent, mirrored, letterboxed, or with its aspect changed. */
export function alignedMaps(frame: Size): Affine[] {
  const own = coverGeometry(frame).toFrame;
  const maps = [own, compose(mirror(frame), own), containMap(frame)];
  for (const source of SOURCE_ASPECTS)
    maps.push(
      compose(
        resizeMap(frame.width / source.width, frame.height / source.height),
        coverGeometry(source).toFrame,
      ),
    );
  return maps.filter((map, index) => maps.findIndex((other) => sameMap(map, other)) === index);
}

function mirror({ width }: Size): Affine {
  return [-1, 0, width - 1, 0, 1, 0];
}

/** A 16:9 picture between black bars. */
function containMap({ width, height }: Size): Affine {
  const s = Math.min(width / CANONICAL_WIDTH, height / CANONICAL_HEIGHT);
  return [
    s,
    0,
    (width - 1) / 2 - (s * (CANONICAL_WIDTH - 1)) / 2,
    0,
    s,
    (height - 1) / 2 - (s * (CANONICAL_HEIGHT - 1)) / 2,
  ];
}

function sameMap(a: Affine, b: Affine): boolean {
  return a.every((value, index) => Math.abs(value - (b[index] ?? 0)) < 1e-6);
}

/** One coarse guess: chips along the received frame's width and height, and a rotation. */
export interface Guess {
  readonly columns: number;
  readonly rows: number;
  readonly rotationDeg: number;
}

/** Steps of 0.6 %: half a step moves the frame's edge by less than a sixth of a wavelength of the band's middle. */
const SCALE_STEP = 0.006;
const ROTATIONS_DEG = [-2.4, -2, -1.6, -1.2, -0.8, -0.4, 0.4, 0.8, 1.2, 1.6, 2, 2.4];

/** Zoom relative to the plain cover: 1.25 when a crop shows 1/1.25 of the width, 0.5 when the picture fills half of it. */
export function scaleStages(frame: Size): Guess[][] {
  return [
    guesses(frame, zooms(0.84, 1.5), [0]),
    guesses(frame, zooms(0.3, 0.84), [0]),
    guesses(frame, zooms(1.5, 2.2), [0]),
  ];
}

export function rotationStages(frame: Size): Guess[][] {
  return [guesses(frame, zooms(0.95, 1.06), ROTATIONS_DEG)];
}

function zooms(from: number, to: number): number[] {
  const count = Math.ceil(Math.log(to / from) / SCALE_STEP);
  return Array.from({ length: count }, (_, i) => from * Math.exp(i * SCALE_STEP));
}

function guesses(frame: Size, zoomList: readonly number[], rotations: readonly number[]): Guess[] {
  const { scale } = coverGeometry(frame);
  return rotations.flatMap((rotationDeg) =>
    zoomList.map((zoom) => ({
      columns: Math.round(frame.width / scale / zoom / CHIP_PITCH),
      rows: Math.round(frame.height / scale / zoom / CHIP_PITCH),
      rotationDeg,
    })),
  );
}
