import { FACE_VERTEX_COUNT, LANDMARK_COUNT, type RgbImage } from '@guise/frame';
import { admitFace } from '../mesh/admit-face.js';
import { createCanonicalNormals, facingOf } from '../mesh/normals.js';
import { toHeadFrame } from '../mesh/similarity.js';
import { createVertexKernel, smoothOverFace } from '../mesh/smoothing.js';
import { createFaceTopology, smoothstep, type FaceTopology } from '../mesh/topology.js';
import { meshBounds } from '../mesh/bounds.js';
import { bakeFace, type BakedFace } from './bake.js';
import { prepareEyes, type EyePatch } from './eye-patch.js';
import { floatPicture, halve, type FloatPicture } from './picture.js';
import type { OverlayOptions, RenderableAvatar } from './types.js';

/** Everything about an avatar that does not change from frame to frame. */
export interface PreparedAvatar {
  readonly topology: FaceTopology;
  readonly normals: Float32Array;
  readonly face: BakedFace;
  /** Like the topology's, lowered where the avatar's picture shows hair or a veil over the outline. */
  readonly cover: Float32Array;
  /** Mesh in the head's own frame, centimetres. */
  readonly shape: Float32Array;
  readonly eyes: readonly [right: EyePatch, left: EyePatch];
}

const CROP_MARGIN = 0.08;
/** Luma relative to the avatar's mean skin: hair below the first, skin above the second. */
const HAIR_SHARE = 0.42;
const SKIN_SHARE = 0.72;
/** Above this it is an earring, a collar or a window, not skin. */
const GLARE_SHARE = 1.15;

/**
 * Checks an avatar and unrolls its face.
 * @throws AvatarError when the picture cannot make an avatar
 */
export function prepareAvatar(avatar: RenderableAvatar, options: OverlayOptions): PreparedAvatar {
  const { picture, landmarks } = avatar;
  const fit = admitFace(picture, landmarks);
  const crop = cropFace(picture, landmarks, options.textureSide);
  const topology = createFaceTopology();
  const normals = createCanonicalNormals();
  const facing = new Float32Array(FACE_VERTEX_COUNT);
  facingOf(normals, fit, facing);
  const shape = new Float32Array(FACE_VERTEX_COUNT * 3);
  toHeadFrame(landmarks, fit, FACE_VERTEX_COUNT, shape);
  const source = { picture: crop.picture, xs: crop.xs, ys: crop.ys, facing };
  const face = bakeFace(source, topology, crop.side);
  return {
    topology,
    normals,
    shape,
    face,
    cover: coverSkinOnly(topology, face),
    eyes: prepareEyes(crop.picture, crop.xs, crop.ys, fit.scale * crop.zoom),
  };
}

/**
 * Near the outline the avatar gives way where its picture shows something much darker or brighter than its skin
 * (hair, veil, deep shadow, jewellery): the wearer's own temple or jaw looks better than a dark patch. Features are never given up.
 */
function coverSkinOnly(topology: FaceTopology, face: BakedFace): Float32Array {
  const { skin, cover, forehead, toOutlineCm, toFeatureCm } = topology;
  const luma = face.original.y;
  let sum = 0;
  let norm = 0;
  skin.forEach((weight, i) => {
    sum += weight * ((luma[i] ?? 0) - 16);
    norm += weight;
  });
  const mean = sum / norm;
  const kept = Float32Array.from(cover, (_, i) => {
    const bright = 1 - smoothstep(((luma[i] ?? 0) - 16 - GLARE_SHARE * mean) / (0.25 * mean));
    const lit = smoothstep(((luma[i] ?? 0) - 16 - HAIR_SHARE * mean) / ((SKIN_SHARE - HAIR_SHARE) * mean));
    const inner = smoothstep(((toOutlineCm[i] ?? 0) - 2) / 2);
    const feature = 1 - smoothstep(((toFeatureCm[i] ?? 0) - 0.35) / 0.5);
    return Math.max(Math.min(bright, lit), inner, feature, forehead[i] ?? 0);
  });
  const smooth = new Float32Array(kept.length);
  smoothOverFace(createVertexKernel(0.6), kept, new Float32Array(kept.length).fill(1), 0, smooth);
  return Float32Array.from(cover, (value, i) => Math.min(value, 1) * (smooth[i] ?? 0));
}

interface FaceCrop {
  readonly picture: FloatPicture;
  /** Vertex positions in the cut picture. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Cut pixels per picture pixel. */
  readonly zoom: number;
  /** Side of the texture that holds the cut's detail. */
  readonly side: number;
}

function cropFace(image: RgbImage, landmarks: Float32Array, wantedSide: number | undefined): FaceCrop {
  const box = meshBounds(landmarks);
  const faceWidth = box.right - box.left;
  const side = wantedSide ?? Math.min(1024, Math.max(256, 2 ** Math.ceil(Math.log2(faceWidth * 1.05))));
  const margin = Math.ceil(CROP_MARGIN * faceWidth);
  const x0 = Math.max(0, Math.floor(box.left) - margin);
  const y0 = Math.max(0, Math.floor(box.top) - margin);
  const width = Math.min(image.width, Math.ceil(box.right) + margin) - x0;
  const height = Math.min(image.height, Math.ceil(box.bottom) + margin) - y0;
  let picture = floatPicture(image, x0, y0, width, height);
  let zoom = 1;
  while (faceWidth * zoom > side * 1.5) {
    picture = halve(picture);
    zoom /= 2;
  }
  const at = (axis: number, origin: number): Float32Array =>
    Float32Array.from({ length: LANDMARK_COUNT }, (_, i) => ((landmarks[i * 3 + axis] ?? 0) - origin) * zoom);
  return { picture, xs: at(0, x0), ys: at(1, y0), zoom, side };
}
