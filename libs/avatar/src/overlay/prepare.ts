import { FACE_VERTEX_COUNT } from '@guise/frame';
import { admitFace } from '../mesh/admit-face.js';
import { admitTurned, TURNED_SIDES } from '../mesh/admit-turned.js';
import { createCanonicalNormals, facingOf } from '../mesh/normals.js';
import { toHeadFrame } from '../mesh/similarity.js';
import { createVertexKernel, smoothOverFace } from '../mesh/smoothing.js';
import { createFaceTopology, smoothstep, type FaceTopology } from '../mesh/topology.js';
import { bakeFace, type BakedFace } from './bake.js';
import { cropFace } from './crop.js';
import { prepareEyes, type EyePatch } from './eye-patch.js';
import { bakeTurned, type TurnedFace } from './turned-face.js';
import type { OverlayOptions, RenderableAvatar } from './types.js';

/** Everything about an avatar that does not change from frame to frame. */
export interface PreparedAvatar {
  readonly topology: FaceTopology;
  readonly normals: Float32Array;
  readonly face: BakedFace;
  /** What a turned head shows at its sides; made when it is asked for first, as most wearers look ahead most of the time. */
  readonly turned: () => TurnedFace;
  /** Like the topology's, lowered where the avatar's picture shows hair or a veil over the outline. */
  readonly cover: Float32Array;
  /** Mesh in the head's own frame, centimetres. */
  readonly shape: Float32Array;
  readonly eyes: readonly [right: EyePatch, left: EyePatch];
}

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
  for (const side of TURNED_SIDES) {
    const view = avatar.turned?.[side];
    if (view !== undefined) admitTurned(view.picture, view.landmarks, side);
  }
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
    turned: once(() => bakeTurned({ face, facing }, avatar.turned ?? {}, topology, normals)),
    cover: coverSkinOnly(topology, face),
    eyes: prepareEyes(crop.picture, crop.xs, crop.ys, fit.scale * crop.zoom),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
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
