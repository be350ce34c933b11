import { cropI420, scaleI420, type I420Frame } from '@guise/frame';
import type { MeshPlace } from './face-judge.js';

/** Faces are found up to this side; larger pictures are scaled down first. */
const MAX_SIDE = 1600;
/** Room beside the mesh that is looked at, in its width and height: what the detectors need around a face. */
const ROOM = 0.8;
/** A mesh smaller than this, pixels, has no face in it. */
const LEAST_MESH = 16;

/** The surroundings of a mesh at the picture's full size, and the mesh in them; null where no face can be. */
export function lookAround(
  frame: I420Frame,
  mesh: MeshPlace,
): { readonly frame: I420Frame; readonly mesh: MeshPlace } | null {
  const within = (from: number, to: number, side: number): readonly [number, number] => [
    evenBelow(Math.max(0, from)),
    Math.min(side, to),
  ];
  const [left, right] = within(mesh.x - ROOM * mesh.width, mesh.x + (1 + ROOM) * mesh.width, frame.width);
  const [top, bottom] = within(mesh.y - ROOM * mesh.height, mesh.y + (1 + ROOM) * mesh.height, frame.height);
  const isFace = Math.min(mesh.width, mesh.height) >= LEAST_MESH;
  const [width, height] = [evenBelow(right - left), evenBelow(bottom - top)];
  if (!isFace || !(width >= LEAST_MESH && height >= LEAST_MESH)) return null;
  const cut = cropI420(frame, { x: left, y: top, width, height });
  const small = smallerFrame(cut);
  const scale = small.width / cut.width;
  return {
    frame: small,
    mesh: {
      x: (mesh.x - left) * scale,
      y: (mesh.y - top) * scale,
      width: mesh.width * scale,
      height: mesh.height * scale,
    },
  };
}

/** A picture no larger than faces are looked for in. */
export function smallerFrame(frame: I420Frame): I420Frame {
  const scale = MAX_SIDE / Math.max(frame.width, frame.height);
  if (scale >= 1) return frame;
  const side = (pixels: number): number => Math.max(2, evenBelow(pixels * scale));
  return scaleI420(frame, side(frame.width), side(frame.height));
}

/** Area that two rectangles share over the area that they cover together, 0–1. */
export function overlap(a: MeshPlace, b: MeshPlace): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (!(width > 0 && height > 0)) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}

function evenBelow(value: number): number {
  return 2 * Math.floor(value / 2);
}
