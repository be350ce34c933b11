import { bytesToHex } from '@noble/hashes/utils.js';
import { fingerprint } from '../fingerprint.js';
import { createFingerprintReader } from '../fingerprint-reader.js';
import { faceRegion } from '../fingerprint-region.js';
import type { LumaFrame, Size } from '../types.js';

// What vectors/fingerprint-1.json holds, computed: docs/spec/watermark.md, "Test vectors".

const SIZE: Size = { width: 320, height: 180 };
const BOXES = [
  { x: 110, y: 40, width: 90.5, height: 115.5 },
  { x: -20, y: 150, width: 100, height: 90 },
  { x: 10, y: 10, width: 20, height: 150 },
];

/** A chirp: detail at every frequency that the hashes look at. */
function pictureAt(x: number, y: number): number {
  return 30 + (Math.floor((x * x + 2 * y * y + x * y) / 97) % 173);
}

/** The picture as it was sent, and as a channel might give it back: darker, and moved by two columns. */
const sent = planeOf(pictureAt);
const received = planeOf((x, y) => 20 + Math.floor((3 * pictureAt(x + 2, y)) / 4));

function planeOf(valueAt: (x: number, y: number) => number): LumaFrame {
  const luma = Uint8Array.from({ length: SIZE.width * SIZE.height }, (_, i) =>
    valueAt(i % SIZE.width, Math.floor(i / SIZE.width)),
  );
  return { ...SIZE, stride: SIZE.width, luma };
}

export function makeFingerprintVectors(): object {
  const regions = BOXES.map((box) => ({ box, region: faceRegion(box, SIZE) }));
  const face = regions[0]?.region ?? null;
  const recorded = fingerprint(sent, face);
  const reader = createFingerprintReader(received);
  const scene = reader.compareScene(recorded);
  return {
    ...SIZE,
    sent: '30 + (⌊(x·x + 2·y·y + x·y) / 97⌋ mod 173)',
    received: '20 + ⌊3·sent(x + 2, y) / 4⌋',
    regions,
    fingerprint: bytesToHex(recorded),
    withoutFace: bytesToHex(fingerprint(sent, null).subarray(0, 40)),
    distances: {
      picture: rounded(scene?.picture),
      face: rounded(reader.compareFace(recorded)),
      tiles: scene?.tileDistances.map(rounded),
      median: rounded(scene?.median),
    },
  };
}

function rounded(distance: number | null | undefined): number {
  return Number(distance?.toFixed(3));
}
