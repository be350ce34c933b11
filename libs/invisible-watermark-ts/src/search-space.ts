import { CANONICAL_HEIGHT, CANONICAL_WIDTH, CHIP_COLUMNS, CHIP_PITCH } from './format.js';
import { type Affine, compose, coverGeometry, resizeMap } from './geometry.js';
import type { BandChoice } from './source-grid.js';
import type { SearchReach, Size } from './types.js';

/** Received pixels per chip at least: on a coarser picture the mark's whole band lies beyond what pixels can hold. */
const LEAST_CHIP = 0.25;

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

/** Galleries of so many tiles along each side, without gaps. */
const GALLERY_SIDES = [2, 3, 4];

/** The tiles of plain galleries: even sides, laid from the top left, each showing a whole 16:9 picture. */
export function galleryMaps(frame: Size): Affine[] {
  return GALLERY_SIDES.flatMap((side) => {
    const width = Math.floor(frame.width / side / 2) * 2;
    const height = Math.floor(frame.height / side / 2) * 2;
    if (width < LEAST_CHIP * CHIP_COLUMNS) return [];
    return Array.from({ length: side * side }, (_, tile): Affine => {
      const map = resizeMap(width / CANONICAL_WIDTH, height / CANONICAL_HEIGHT);
      return compose([1, 0, (tile % side) * width, 0, 1, Math.floor(tile / side) * height], map);
    });
  });
}

/** The maps that no key has a say in: the plain ones, then the tiles of plain galleries. */
export function fixedMaps(frame: Size): Affine[] {
  return [...alignedMaps(frame), ...galleryMaps(frame)];
}

/** Place of a map among the fixed ones, from 1 on; null when it is none of them. */
export function fixedPlace(frame: Size, map: Affine): number | null {
  const index = fixedMaps(frame).findIndex((other) => sameMap(map, other));
  return index < 0 ? null : index + 1;
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

/** One coarse guess: chips along the received frame's width and height, whether mirrored, and a rotation. */
export interface Guess {
  readonly columns: number;
  readonly rows: number;
  readonly rotationDeg: number;
  readonly mirrored: boolean;
}

/** Guesses that are compared in one band. */
export interface Sweep {
  readonly choice: BandChoice;
  readonly guesses: readonly Guess[];
}

/** Steps of 0.8 %: half a step moves the picture's edge by less than a seventh of a wavelength of the band's middle. */
const SCALE_STEP = 0.008;
/** The lower half of the band takes wider steps. */
const LOW_SCALE_STEP = 0.013;
const ROTATIONS_DEG = [-2.4, -2, -1.6, -1.2, -0.8, -0.4, 0.4, 0.8, 1.2, 1.6, 2, 2.4];
/** Width against height of stretched pictures: 16:9 shown as 4:3, and the other way round. */
const STRETCHES = [0.75, 4 / 3];

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}
/** Zoom relative to the plain cover: 1.25 when a crop shows 1/1.25 of the width, 0.5 when the picture fills half of it. */
const CROPS: Range = { from: 0.84, to: 2.2, step: SCALE_STEP };
const HALVES: Range = { from: 0.5, to: 0.84, step: SCALE_STEP };
const SMALL: Range = { from: 0.19, to: 0.52, step: LOW_SCALE_STEP };

/** The sweeps of a search, likeliest first. */
export function sweeps(frame: Size, reach: SearchReach): Sweep[] {
  if (reach === 'aligned') return [];
  const plain = { rotations: [0], stretch: 1, mirrored: false };
  const scaled = [
    full(guesses(frame, CROPS, plain)),
    full(guesses(frame, HALVES, plain)),
    low(guesses(frame, SMALL, plain)),
  ];
  if (reach === 'scaled') return scaled;
  const turned = guesses(
    frame,
    { from: 0.95, to: 1.06, step: SCALE_STEP },
    { ...plain, rotations: ROTATIONS_DEG },
  );
  const stretched = STRETCHES.flatMap((stretch) =>
    guesses(frame, { from: 0.6, to: 1.7, step: SCALE_STEP }, { ...plain, stretch }),
  );
  const mirrored = guesses(frame, { from: 0.6, to: 1.7, step: SCALE_STEP }, { ...plain, mirrored: true });
  return [...scaled, full(turned), full(stretched), full(mirrored)];
}

function full(list: readonly Guess[]): Sweep {
  return { choice: 'full', guesses: list };
}

function low(list: readonly Guess[]): Sweep {
  return { choice: 'low', guesses: list };
}

function guesses(
  frame: Size,
  { from, to, step }: Range,
  { rotations, stretch, mirrored }: { rotations: readonly number[]; stretch: number; mirrored: boolean },
): Guess[] {
  const { scale } = coverGeometry(frame);
  const count = Math.ceil(Math.log(to / from) / step);
  return rotations.flatMap((rotationDeg) =>
    Array.from({ length: count }, (_, i) => {
      const chip = from * Math.exp(i * step) * scale * CHIP_PITCH;
      return {
        columns: frame.width / (chip * Math.sqrt(stretch)),
        rows: (frame.height * Math.sqrt(stretch)) / chip,
        rotationDeg,
        mirrored,
      };
    }).filter(({ columns }) => frame.width / columns >= LEAST_CHIP),
  );
}
