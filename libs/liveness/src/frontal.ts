import type { FaceObservation } from '@guise/frame';

import { median } from './statistics.js';
import type { CaptureFrame } from './types.js';

/** A frame in which the person looks into the camera, eyes open; the lower the penalty the better. */
export interface FrontalFrame {
  readonly index: number;
  readonly penalty: number;
}

const DEGREES = 180 / Math.PI;
const FRONTAL_YAW_DEG = 15;
/** Pitch is compared with the person's own usual one: faces differ by up to 20° in what the mesh calls level. */
const FRONTAL_PITCH_DEG = 12;
const LEAST_LID_OVER_USUAL = 0.6;
const WIDEST_MOUTH = 0.35;
/** Weights that make a degree, a shut lid and an open mouth comparable. */
const LID_PENALTY_DEG = 15;
const MOUTH_PENALTY_DEG = 20;

/** Frontal frames, best first. */
export function frontalFrames(frames: readonly CaptureFrame[]): FrontalFrame[] {
  const faces = frames.flatMap(({ faces: [face] }) => (face ? [face] : []));
  const usualPitch = median(faces.map(pitchToCamera));
  const usualLid = median(faces.map(lidOf));
  return frames
    .flatMap(({ faces: [face] }, index) => {
      if (!face) return [];
      const yaw = Math.abs(yawToCamera(face));
      const pitch = Math.abs(pitchToCamera(face) - usualPitch);
      const lid = usualLid > 0 ? lidOf(face) / usualLid : 0;
      const mouth = face.expression.mouthOpen;
      const frontal = yaw <= FRONTAL_YAW_DEG && pitch <= FRONTAL_PITCH_DEG;
      if (!frontal || lid < LEAST_LID_OVER_USUAL || mouth > WIDEST_MOUTH) return [];
      const shut = Math.max(1 - lid, 0);
      return [{ index, penalty: yaw + pitch + LID_PENALTY_DEG * shut + MOUTH_PENALTY_DEG * mouth }];
    })
    .sort((p, q) => p.penalty - q.penalty);
}

/** Yaw against the line to the camera; 0 looks into it. */
function yawToCamera({ pose }: FaceObservation): number {
  return pose.yawDeg + Math.atan2(pose.xCm, pose.zCm) * DEGREES;
}

function pitchToCamera({ pose }: FaceObservation): number {
  return pose.pitchDeg - Math.atan2(pose.yCm, pose.zCm) * DEGREES;
}

function lidOf({ expression }: FaceObservation): number {
  return Math.min(expression.leftLid, expression.rightLid);
}
