import type { Box, I420Frame } from '@guise/frame';
import { FINGERPRINTS_PER_EPOCH, WHOLE_FINGERPRINT_EVERY } from '@guise/protocol';
import type { EvidenceByEpoch } from './received.js';
import { faceRegion, fingerprint, fingerprintFace, type LumaFrame } from 'invisible-watermark-ts';
import { CLIP_FPS } from '../watermark/clips.js';
import { epochAt } from '../watermark/marked.js';

export const lumaOf = ({ data, width, height }: I420Frame): LumaFrame => ({
  luma: data.subarray(0, width * height),
  ...{ width, height, stride: width },
});

/** Fingerprints by epoch as a runtime records them: the first frame of each part, wholly in every fourth. */
export function recordEvidence(
  frames: readonly I420Frame[],
  faces: readonly (Box | null)[],
): EvidenceByEpoch {
  const evidence = new Map<number, Uint8Array[]>();
  let last = -1;
  for (const [index, frame] of frames.entries()) {
    const timestampMs = (index * 1000) / CLIP_FPS;
    const part = Math.floor((timestampMs * FINGERPRINTS_PER_EPOCH) / 1000 + 1e-6);
    if (part === last) continue;
    const isWhole =
      last < 0 || Math.floor(part / WHOLE_FINGERPRINT_EVERY) > Math.floor(last / WHOLE_FINGERPRINT_EVERY);
    last = part;
    const print = printOf(frame, faces[index] ?? null, isWhole);
    const epoch = epochAt(timestampMs);
    if (print !== null) evidence.set(epoch, [...(evidence.get(epoch) ?? []), print]);
  }
  return evidence;
}

function printOf(frame: I420Frame, box: Box | null, isWhole: boolean): Uint8Array | null {
  const face = box === null ? null : faceRegion(box, frame);
  if (isWhole) return fingerprint(lumaOf(frame), face);
  return face === null ? null : fingerprintFace(lumaOf(frame), face);
}

/** What an hour of such evidence takes in the ledger's entries: base64url in JSON, and that in a JWS. */
export function bytesPerHour(evidence: EvidenceByEpoch): number {
  const texts = [...evidence.values()].map((prints) =>
    JSON.stringify(prints.map((print) => Buffer.from(print).toString('base64url'))),
  );
  const perSecond = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  return Math.round((perSecond * 4 * 3600) / 3);
}
