import { LANDMARK_COUNT, LEFT_EYE, planesOf, RIGHT_EYE, type I420Frame } from '@guise/frame';
import { VisionError } from '../errors.js';
import { regionToPatch, type Affine, type Point } from '../patch/affine.js';
import { checkFrame } from '../patch/patch.js';
import { samplePlane, type Plane } from '../patch/plane-sampler.js';

/** Patch pixels between the eyes. */
export const UNIT_PX = 64;
/** What the patch shows, distances between the eyes about the point midway between them. */
const EXTENT = { left: -1.25, right: 1.25, top: -0.75, bottom: 2.25 } as const;
const WIDTH = (EXTENT.right - EXTENT.left) * UNIT_PX;
const HEIGHT = (EXTENT.bottom - EXTENT.top) * UNIT_PX;
/** Black of limited-range luma, and the middle of chroma. */
const BLACK = 16;
const GREY = 128;

/** A plane of a face that stands upright, its eyes level and UNIT_PX apart. */
export interface FacePlane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export interface UprightFace {
  /** Code values above black, 0–219. */
  readonly luma: FacePlane;
  /** V (red less luma) less its middle, −112…112; zero where nothing is coloured. Of the luma's size. */
  readonly red: FacePlane;
  /** A vertex of the mesh, patch pixels. */
  vertex(index: number): Point;
  /** A point in distances between the eyes, x to the subject's left, y down, as patch pixels. */
  at(x: number, y: number): Point;
}

/**
 * A face cut out of its picture at one size, whatever the picture's.
 * @param landmarks 478 × (x, y, z), pixels of the frame
 * @throws VisionError `bad-frame` when frame or mesh are malformed
 */
export function uprightFace(frame: I420Frame, landmarks: Float32Array): UprightFace {
  checkFrame(frame);
  if (landmarks.length !== LANDMARK_COUNT * 3 || !landmarks.every(Number.isFinite))
    throw new VisionError('bad-frame', `A mesh has ${LANDMARK_COUNT} finite points.`);
  const point = (index: number): Point => [landmarks[index * 3] ?? 0, landmarks[index * 3 + 1] ?? 0];
  const [right, left] = [middleOf(RIGHT_EYE.map(point)), middleOf(LEFT_EYE.map(point))];
  const angle = Math.atan2(left[1] - right[1], left[0] - right[0]);
  const unit = Math.max(Math.hypot(left[0] - right[0], left[1] - right[1]), 1);
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const eyes = middleOf([right, left]);
  const down = ((EXTENT.top + EXTENT.bottom) / 2) * unit;
  const region = {
    cx: eyes[0] - sin * down,
    cy: eyes[1] + cos * down,
    width: (EXTENT.right - EXTENT.left) * unit,
    height: (EXTENT.bottom - EXTENT.top) * unit,
    angle,
  };
  const map = regionToPatch(region, WIDTH, HEIGHT);
  const at = (x: number, y: number): Point => [(x - EXTENT.left) * UNIT_PX, (y - EXTENT.top) * UNIT_PX];
  return {
    ...cutPlanes(frame, map),
    at,
    vertex(index) {
      const [x, y] = point(index);
      const [dx, dy] = [(x - eyes[0]) / unit, (y - eyes[1]) / unit];
      return at(dx * cos + dy * sin, dy * cos - dx * sin);
    },
  };
}

function cutPlanes(frame: I420Frame, map: Affine): Pick<UprightFace, 'luma' | 'red'> {
  const { y, v, chromaWidth, chromaHeight } = planesOf(frame);
  const half = { a: map.a / 2, b: map.b / 2, c: map.c / 2, d: map.d / 2, e: map.e / 2, f: map.f / 2 };
  const whole = { width: frame.width, height: frame.height };
  return {
    luma: cutPlane({ data: y, offset: 0, ...whole }, map, BLACK),
    red: cutPlane({ data: v, offset: 0, width: chromaWidth, height: chromaHeight }, half, GREY),
  };
}

function cutPlane(plane: Plane, map: Affine, zero: number): FacePlane {
  const data = new Float32Array(WIDTH * HEIGHT);
  samplePlane(plane, map, WIDTH, HEIGHT, 'edge', data);
  return { width: WIDTH, height: HEIGHT, data: data.map((value) => value - zero) };
}

function middleOf(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([x, y], [u, v]) => [x + u, y + v], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}
