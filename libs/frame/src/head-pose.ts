import type { HeadPose } from './face.js';

/** 3×3 matrix, row by row. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

type HeadAngles = Pick<HeadPose, 'yawDeg' | 'pitchDeg' | 'rollDeg'>;

const RADIANS = Math.PI / 180;

/**
 * Rotation from the head frame (x to the picture's right, y down, z away, as `CANONICAL_FACE_CM`) to camera space:
 * R = Rz(roll) · Ry(−yaw) · Rx(−pitch), with the signs of `HeadPose`.
 */
export function headRotation(pose: HeadAngles): Matrix3 {
  const [sy, cy] = [Math.sin(pose.yawDeg * RADIANS), Math.cos(pose.yawDeg * RADIANS)];
  const [sp, cp] = [Math.sin(pose.pitchDeg * RADIANS), Math.cos(pose.pitchDeg * RADIANS)];
  const [sr, cr] = [Math.sin(pose.rollDeg * RADIANS), Math.cos(pose.rollDeg * RADIANS)];
  return [
    cr * cy,
    cr * sy * sp - sr * cp,
    -cr * sy * cp - sr * sp,
    sr * cy,
    sr * sy * sp + cr * cp,
    -sr * sy * cp + cr * sp,
    sy,
    -cy * sp,
    cy * cp,
  ];
}

/** Inverse of `headRotation`; yaw within ±90°. */
export function headAngles(rotation: Matrix3): HeadAngles {
  const [r00, , , r10, , , r20, r21, r22] = rotation;
  return {
    yawDeg: Math.atan2(r20, Math.hypot(r21, r22)) / RADIANS,
    pitchDeg: Math.atan2(-r21, r22) / RADIANS,
    rollDeg: Math.atan2(r10, r00) / RADIANS,
  };
}
