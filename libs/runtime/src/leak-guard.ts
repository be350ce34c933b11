import type { Box, FaceObservation, I420Frame } from '@guise/frame';
import { detailCorrelation, patchOf, sharedPart, type LumaPlane, type Patch } from './likeness.js';

/** Part of the face box, around its centre, that any rendering must replace. */
const CORE = 0.5;
/**
 * A face counts as the camera's from this share of luma within the watermark's amplitude and this correlation of fine
 * detail; both must be reached. Measured over the three sample recordings at 180, 360 and 720 lines (faces of 73 to 461
 * pixels), everything labelled and really marked: 129 raw faces had a share of 1.000 and a correlation of 0.914 or more;
 * 559 rendered ones, nearly half of them wearing the face of the very recording, from its first frame or four seconds
 * later, had a share of 0.952 and a correlation of 0.788 or less. Their shares alone come too near: skin is smooth.
 */
export const RAW_SHARE = 0.985;
export const RAW_CORRELATION = 0.85;
/**
 * Where no face was seen, this share of the picture's tiles must be the camera's: a label covers some, and without any
 * detail none counts. Background stands still in a held picture too; that one differs where the face was last.
 */
export const RAW_SHARE_OF_TILES = 0.5;
const TILES = { columns: 6, rows: 4 } as const;

/**
 * Independent witness of the first rule: remembers the camera picture where it matters, and tells whether another
 * picture still holds it, marked or not. It knows nothing of gate, renderer or slate.
 */
export interface LeakGuard {
  /** Remembers the camera picture: its faces, or all of it when there is none. */
  remember(camera: I420Frame, faces: readonly FaceObservation[]): void;
  /** The picture holds the remembered camera pixels in any of the faces. */
  isRaw(picture: I420Frame): boolean;
}

export function createLeakGuard(): LeakGuard {
  /** Where faces were last; kept while none is seen. */
  let cores: readonly Box[] = [];
  let patches: readonly Patch[] = [];
  /** All of the picture, when no face is in it. */
  let tiles: readonly Patch[] = [];
  /** The camera's luma: what patches and tiles are parts of. */
  let remembered: LumaPlane = { width: 0, height: 0, data: new Uint8Array() };

  const isRawWithoutFace = (picture: I420Frame): boolean =>
    patches.every((patch) => patch.width * patch.height === 0 || sharedPart(patch, picture) >= RAW_SHARE) &&
    tiles.filter((tile) => isCameras(tile, picture)).length >= tiles.length * RAW_SHARE_OF_TILES;

  return {
    remember(camera, faces) {
      if (faces.length > 0) cores = faces.map(({ box }) => coreOf(box));
      remembered = lumaOf(camera, remembered.data);
      patches = cores.map((core) => patchOf(remembered, core));
      tiles = faces.length > 0 ? [] : tilesOf(remembered);
    },
    isRaw: (picture) =>
      tiles.length > 0 ? isRawWithoutFace(picture) : patches.some((patch) => isCameras(patch, picture)),
  };
}

function isCameras(patch: Patch, picture: I420Frame): boolean {
  return sharedPart(patch, picture) >= RAW_SHARE && detailCorrelation(patch, picture) >= RAW_CORRELATION;
}

function coreOf(box: Box): Box {
  const [width, height] = [box.width * CORE, box.height * CORE];
  return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
}

/** A copy of the picture's luma, in `memory` where it has that size: one is made for every frame. */
function lumaOf({ data, width, height }: I420Frame, memory: Uint8Array): LumaPlane {
  const luma = memory.length === width * height ? memory : new Uint8Array(width * height);
  luma.set(data.subarray(0, width * height));
  return { width, height, data: luma };
}

function tilesOf(camera: LumaPlane): Patch[] {
  const [width, height] = [camera.width / TILES.columns, camera.height / TILES.rows];
  return Array.from({ length: TILES.columns * TILES.rows }, (_, i) => {
    const [column, row] = [i % TILES.columns, Math.floor(i / TILES.columns)];
    return patchOf(camera, { x: column * width, y: row * height, width, height });
  });
}
