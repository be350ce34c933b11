import type { I420Frame } from '@guise/frame';

/** Samples along each side of the picture, and along each side of one of its tiles (those of the fingerprint are as large). */
const SAMPLES = 64;
const TILE = 16;
const TILES = SAMPLES / TILE;
/**
 * Mean difference of a tile's lumas, in code values, from which something in it has moved. The noise of a dim webcam stays
 * below (2.3 for a deviation of 2), a moving head is above.
 */
const MOVED_MEAN_DIFFERENCE = 4;

/** Notices that a scene is no longer the one that was fingerprinted, for a small part of what a fingerprint costs. */
export interface SceneWatch {
  /** Whether any part of the picture differs from what was remembered; true before anything was. */
  hasMoved(frame: I420Frame): boolean;
  remember(frame: I420Frame): void;
}

export function createSceneWatch(): SceneWatch {
  let remembered: Uint8Array | null = null;
  return {
    hasMoved(frame) {
      if (remembered === null) return true;
      const differences = tileDifferences(remembered, sample(frame));
      return differences.some((sum) => sum >= MOVED_MEAN_DIFFERENCE * TILE * TILE);
    },
    remember(frame) {
      remembered = sample(frame);
    },
  };
}

/** Lumas in the middles of SAMPLES × SAMPLES equal parts. */
function sample({ data, width, height }: I420Frame): Uint8Array {
  const samples = new Uint8Array(SAMPLES * SAMPLES);
  for (let row = 0; row < SAMPLES; row++) {
    const y = Math.floor(((row + 0.5) * height) / SAMPLES);
    for (let column = 0; column < SAMPLES; column++)
      samples[row * SAMPLES + column] = data[y * width + Math.floor(((column + 0.5) * width) / SAMPLES)] ?? 0;
  }
  return samples;
}

/** Sums of absolute differences, tile by tile. */
function tileDifferences(before: Uint8Array, now: Uint8Array): Uint32Array {
  const sums = new Uint32Array(TILES * TILES);
  for (let i = 0; i < now.length; i++) {
    const tile = TILES * Math.floor(i / SAMPLES / TILE) + Math.floor((i % SAMPLES) / TILE);
    sums[tile] = (sums[tile] ?? 0) + Math.abs((now[i] ?? 0) - (before[i] ?? 0));
  }
  return sums;
}
