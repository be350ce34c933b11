import type { Enhancement } from '@guise/avatar';
import {
  cropI420,
  LANDMARK_COUNT,
  scaleI420,
  type Box,
  type FaceObservation,
  type I420Frame,
} from '@guise/frame';

/** A face cut out of a picture or capture, with its mesh in pixels of the cut. */
export interface Portrait {
  readonly frame: I420Frame;
  readonly landmarks: Float32Array;
  /** What made the picture larger than it came. */
  readonly enhancement?: Enhancement;
}

/** Longest side of the picture in a bundle: a portrait at 1080 lines shows so much of it. */
export const MAX_PORTRAIT_SIDE = 1920;
/** Room around a face, in face widths and heights. */
export interface Room {
  readonly beside: number;
  readonly above: number;
  readonly below: number;
}

/**
 * What a portrait shows of a room, 75 × 42 cm around eyes at 42 to 52 % of its height (libs/avatar `framing.ts`), with a face of
 * 15 × 18 cm, and a little more for heads that are not in the middle of it.
 */
export const WHOLE_PORTRAIT: Room = { beside: 2.1, above: 1, below: 0.8 };
/** What the networks that find and compare faces need to see. */
export const FACE_ONLY: Room = { beside: 0.9, above: 0.9, below: 0.9 };

/** Cuts the head and the room around it out, scales it to at most MAX_PORTRAIT_SIDE, and moves the mesh along. */
export function cutOut(frame: I420Frame, face: FaceObservation, room = WHOLE_PORTRAIT): Portrait {
  const box = roomAround(face.box, room, frame);
  const cut = cropI420(frame, box);
  const scale = Math.min(1, MAX_PORTRAIT_SIDE / Math.max(cut.width, cut.height));
  const width = even(cut.width * scale);
  const height = even(cut.height * scale);
  const landmarks = new Float32Array(LANDMARK_COUNT * 3);
  for (let point = 0; point < LANDMARK_COUNT; point++) {
    const at = point * 3;
    landmarks[at] = ((face.landmarks[at] ?? 0) - box.x) * (width / cut.width);
    landmarks[at + 1] = ((face.landmarks[at + 1] ?? 0) - box.y) * (height / cut.height);
    landmarks[at + 2] = (face.landmarks[at + 2] ?? 0) * (width / cut.width);
  }
  return { frame: scale === 1 ? cut : scaleI420(cut, width, height), landmarks };
}

/** Even edges inside the frame: chroma planes have half the size. */
function roomAround(face: Box, room: Room, frame: I420Frame): Box {
  const left = even(Math.max(0, face.x - room.beside * face.width));
  const top = even(Math.max(0, face.y - room.above * face.height));
  const right = even(Math.min(frame.width, face.x + (1 + room.beside) * face.width));
  const bottom = even(Math.min(frame.height, face.y + (1 + room.below) * face.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const even = (value: number): number => Math.floor(value / 2) * 2;
