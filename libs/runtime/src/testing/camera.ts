import { createI420, type Box, type FaceObservation, type I420Frame } from '@guise/frame';

/** All fake pictures have this size, and the face is here. */
export const SIZE = { width: 160, height: 120 } as const;
export const FACE_BOX: Box = { x: 50, y: 30, width: 60, height: 70 };
/** All of a picture but the rows of the label, whose lumas are odd too. */
export const BELOW_LABEL: Box = { x: 0, y: 30, width: 160, height: 90 };
/** Where a portrait shows the avatar's face, wherever the wearer's is. */
export const PORTRAIT_BOX: Box = { x: 40, y: 20, width: 50, height: 60 };

/**
 * Every luma of the fake camera is odd and changes from frame to frame; slate, avatar, label and mark use even lumas or
 * even steps, so that camera pixels can be counted in any output: they are the odd ones.
 */
export function cameraFrame(index: number): I420Frame {
  const frame = createI420(SIZE.width, SIZE.height, 16, 90, 140);
  for (let i = 0; i < SIZE.width * SIZE.height; i++) frame.data[i] = 101 + ((i * 7 + index * 13) % 60) * 2;
  return frame;
}

/** Number of camera pixels in a part of a picture. */
export function countCameraPixels(frame: I420Frame, box: Box = { x: 0, y: 0, ...SIZE }): number {
  let count = 0;
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) count += (frame.data[y * frame.width + x] ?? 0) & 1;
  }
  return count;
}

export function face(trackId: number, person: string): FaceObservation & { readonly person: string } {
  return {
    trackId,
    person,
    box: FACE_BOX,
    score: 0.9,
    landmarks: new Float32Array(478 * 3),
    pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
    expression: { leftLid: 1, rightLid: 1, mouthOpen: 0, gazeYawDeg: 0, gazePitchDeg: 0 },
  };
}

/** Fills the face box with even lumas: the fake avatar. */
export function paintAvatar(frame: I420Frame, box: Box): void {
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) frame.data[y * frame.width + x] = 40 + ((x + y) % 8) * 2;
  }
}

/** Adds ±2 in a pattern of the epoch: 42 dB, and the parity of every luma stays. */
export function paintMark(frame: I420Frame, epoch: number): void {
  for (let i = 0; i < frame.width * frame.height; i++) {
    frame.data[i] = (frame.data[i] ?? 0) + (((i * 31 + epoch * 17) >> 3) & 1 ? 2 : -2);
  }
}
