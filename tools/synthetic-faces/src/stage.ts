import { headRotation, type HeadPose } from '@guise/frame';

import type { HumanBody, Material } from './human-body.js';

type Vec3 = readonly [x: number, y: number, z: number];

/** Centre and radius of an eyeball, MakeHuman axes (dm). */
export interface Eyeball {
  readonly centre: Vec3;
  readonly radius: number;
}

/** Where the parts of one shaped head are, MakeHuman axes (dm). */
export interface HeadAnatomy {
  readonly leftEye: Eyeball;
  readonly rightEye: Eyeball;
  /** Origin of the head frame: where the canonical face has its own, below and behind the eyes. */
  readonly origin: Vec3;
  /** Distance between the eyes. */
  readonly eyeDistance: number;
}

/** Eyeballs of the canonical face over its origin, in decimetres. */
const ORIGIN_BELOW_EYES = 0.26;
const ORIGIN_BEHIND_EYES = 0.24;
const CM_PER_UNIT = 10;
/** Joint between skull and spine in the head frame, cm: the head turns about it. */
const NECK_JOINT: Vec3 = [0, 4, 6];
/** The turn fades from all (jaw) to nothing (shoulders) over this range of heights, cm below the origin. */
const TURNS_FULLY_AT = 8;
const TURNS_NOT_AT = 18;
/** The back of the neck turns less than the chin at the same height. */
const FADE_TILT = 0.35;
const FADE_TILT_FROM = 4;

export function anatomyOf(body: HumanBody, vertices: Float32Array): HeadAnatomy {
  const leftEye = eyeball(body, vertices, 'left-eye');
  const rightEye = eyeball(body, vertices, 'right-eye');
  const middle = [0, 1, 2].map((k) => ((leftEye.centre[k] ?? 0) + (rightEye.centre[k] ?? 0)) / 2);
  const [x = 0, y = 0, z = 0] = middle;
  return {
    leftEye,
    rightEye,
    origin: [x, y - ORIGIN_BELOW_EYES, z - ORIGIN_BEHIND_EYES],
    eyeDistance: Math.abs(leftEye.centre[0] - rightEye.centre[0]),
  };
}

function eyeball(body: HumanBody, vertices: Float32Array, material: Material): Eyeball {
  const members = new Set<number>();
  for (const t of body.triangles) if (t.material === material) members.add(t.a).add(t.b).add(t.c);
  const at = (vertex: number): Vec3 => [
    vertices[vertex * 3] ?? 0,
    vertices[vertex * 3 + 1] ?? 0,
    vertices[vertex * 3 + 2] ?? 0,
  ];
  const sum = [...members].map(at).reduce(([x, y, z], [u, v, w]) => [x + u, y + v, z + w], [0, 0, 0]);
  const centre: Vec3 = [sum[0] / members.size, sum[1] / members.size, sum[2] / members.size];
  const radius = Math.max(
    ...[...members].map((vertex) => Math.hypot(...at(vertex).map((value, k) => value - (centre[k] ?? 0)))),
  );
  return { centre, radius };
}

/** A rest-pose point in the head frame of `HeadPose` (cm; x to the picture's right, y down, z away). */
export function toHeadFrame([x, y, z]: Vec3, { origin }: HeadAnatomy): Vec3 {
  return [(x - origin[0]) * CM_PER_UNIT, (origin[1] - y) * CM_PER_UNIT, (origin[2] - z) * CM_PER_UNIT];
}

/**
 * Camera-space point (cm) of a head-frame point: the head turns about the neck joint, the shoulders stay.
 * `placement` tells the turn, and in xCm, yCm, zCm where the head origin is while the head looks straight ahead.
 */
export function placePoint(point: Vec3, placement: HeadPose): Vec3 {
  const share = turnShare(point);
  const r = headRotation({
    yawDeg: placement.yawDeg * share,
    pitchDeg: placement.pitchDeg * share,
    rollDeg: placement.rollDeg * share,
  });
  const [x, y, z] = [point[0] - NECK_JOINT[0], point[1] - NECK_JOINT[1], point[2] - NECK_JOINT[2]];
  return [
    r[0] * x + r[1] * y + r[2] * z + NECK_JOINT[0] + placement.xCm,
    r[3] * x + r[4] * y + r[5] * z + NECK_JOINT[1] + placement.yCm,
    r[6] * x + r[7] * y + r[8] * z + NECK_JOINT[2] + placement.zCm,
  ];
}

function turnShare([, y, z]: Vec3): number {
  const height = y + FADE_TILT * (z - FADE_TILT_FROM);
  const t = Math.min(Math.max((TURNS_NOT_AT - height) / (TURNS_NOT_AT - TURNS_FULLY_AT), 0), 1);
  return t * t * (3 - 2 * t);
}

/** The pose that is true for a placement: the head origin has moved with the turn about the neck. */
export function truePose(placement: HeadPose): HeadPose {
  const [xCm, yCm, zCm] = placePoint([0, 0, 0], placement);
  return { ...placement, xCm, yCm, zCm };
}

/** How much a rest-pose point is covered by hair, 0–1: above a line that falls from the forehead to the nape. */
export function hairCover(anatomy: HeadAnatomy, x: number, y: number, z: number): number {
  const unit = anatomy.eyeDistance;
  const eyeLine = (anatomy.leftEye.centre[1] + anatomy.rightEye.centre[1]) / 2;
  const up = (y - eyeLine) / unit;
  const forward = (z - anatomy.leftEye.centre[2]) / unit;
  if (Math.abs(x - anatomy.origin[0]) > EARS_FROM * unit && up < EARS_TOP) return 0;
  const uneven = 0.03 * Math.sin((x / unit) * 31) + 0.02 * Math.sin((x / unit) * 73);
  const line = 1.02 + uneven + Math.max(0, forward + 0.2) * 0.25;
  const cover = forward < BEHIND_EARS ? (up + 0.9) / 0.25 : (up - line) / 0.12;
  return Math.min(Math.max(cover, 0), 1);
}

/** Depth behind the eyes, in eye distances, from which hair reaches down to the nape. */
const BEHIND_EARS = -1.45;
/** Sideways distance and height that are ears, in eye distances. */
const EARS_FROM = 1.17;
const EARS_TOP = 0.6;
const HAIR_THICKNESS = 0.13;

/** Gives the hair its volume: covered scalp is moved outwards from the middle of the skull. */
export function raiseHair(vertices: Float32Array, anatomy: HeadAnatomy): void {
  const [cx, cy, cz] = anatomy.origin;
  const centre: Vec3 = [cx, cy + anatomy.eyeDistance, cz - anatomy.eyeDistance];
  for (let i = 0; i < vertices.length; i += 3) {
    const [x, y, z] = [vertices[i] ?? 0, vertices[i + 1] ?? 0, vertices[i + 2] ?? 0];
    const cover = hairCover(anatomy, x, y, z);
    if (cover === 0) continue;
    const offset = [x - centre[0], y - centre[1], z - centre[2]];
    const push = (HAIR_THICKNESS * cover) / Math.hypot(...offset);
    offset.forEach((value, axis) => (vertices[i + axis] = (vertices[i + axis] ?? 0) + value * push));
  }
}

/** Whether a rest-pose point is under the shirt. */
export function underShirt(anatomy: HeadAnatomy, y: number): boolean {
  return anatomy.origin[1] - y > SHIRT_BELOW_EYES * anatomy.eyeDistance;
}

const SHIRT_BELOW_EYES = 3;
