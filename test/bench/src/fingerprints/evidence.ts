import type { Box, I420Frame } from '@guise/frame';
import { FINGERPRINTS_PER_EPOCH, WHOLE_FINGERPRINT_EVERY } from '@guise/protocol';
import { createSceneWatch } from '@guise/runtime';
import { faceRegion, fingerprint, fingerprintFace, type LumaFrame } from 'invisible-watermark-ts';
import { CLIP_FPS } from '../watermark/clips.js';

export const lumaOf = ({ data, width, height }: I420Frame): LumaFrame => ({
  luma: data.subarray(0, width * height),
  ...{ width, height, stride: width },
});

/** Fingerprints by epoch, in the order of time. */
export type EvidenceByEpoch = ReadonlyMap<number, readonly Uint8Array[]>;

/** Records fingerprints by epoch as a runtime does: the first frame of each part of a second, wholly in every fourth and in motion. The first second is epoch 0. */
export class EvidenceRecorder {
  readonly evidence = new Map<number, Uint8Array[]>();
  private last = -1;
  private readonly scene = createSceneWatch();

  /** Whether the frame of this moment is to be recorded. */
  isDue(timestampMs: number): boolean {
    return partOf(timestampMs) !== this.last;
  }

  /** Takes a due frame as it was marked, with the face in it. */
  record(frame: I420Frame, box: Box | null, timestampMs: number): void {
    const part = partOf(timestampMs);
    const isWhole =
      this.last < 0 ||
      Math.floor(part / WHOLE_FINGERPRINT_EVERY) > Math.floor(this.last / WHOLE_FINGERPRINT_EVERY) ||
      this.scene.hasMoved(frame);
    if (isWhole) this.scene.remember(frame);
    this.last = part;
    const print = printOf(frame, box, isWhole);
    const epoch = Math.floor(part / FINGERPRINTS_PER_EPOCH);
    if (print !== null) this.evidence.set(epoch, [...(this.evidence.get(epoch) ?? []), print]);
  }
}

const partOf = (timestampMs: number): number =>
  Math.floor((timestampMs * FINGERPRINTS_PER_EPOCH) / 1000 + 1e-6);

/** The evidence of a whole clip. */
export function recordEvidence(
  frames: readonly I420Frame[],
  faces: readonly (Box | null)[],
): EvidenceByEpoch {
  const recorder = new EvidenceRecorder();
  for (const [index, frame] of frames.entries()) {
    const timestampMs = (index * 1000) / CLIP_FPS;
    if (recorder.isDue(timestampMs)) recorder.record(frame, faces[index] ?? null, timestampMs);
  }
  return recorder.evidence;
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
