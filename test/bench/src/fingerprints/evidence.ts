import type { Box, I420Frame } from '@guise/frame';
import { EPOCH_MS, FingerprintPlan } from '@guise/runtime';
import { faceRegion, fingerprint, fingerprintFace, type LumaFrame } from 'invisible-watermark-ts';
import { CLIP_FPS } from '../watermark/clips.js';

export const lumaOf = ({ data, width, height }: I420Frame): LumaFrame => ({
  luma: data.subarray(0, width * height),
  ...{ width, height, stride: width },
});

/** Fingerprints by epoch, in the order of time. */
export type EvidenceByEpoch = ReadonlyMap<number, readonly Uint8Array[]>;

/** Records fingerprints by epoch as a runtime does. The first second is epoch 0. */
export class EvidenceRecorder {
  readonly evidence = new Map<number, Uint8Array[]>();
  private readonly plan = new FingerprintPlan();

  /** Takes a frame as it was marked, with the face in it. */
  record(frame: I420Frame, face: Box | null, timestampMs: number): void {
    const wanted = this.plan.next(frame, timestampMs / EPOCH_MS);
    if (wanted === null) return;
    const print = printOf(frame, face, wanted === 'whole');
    const epoch = Math.floor(timestampMs / EPOCH_MS + 1e-9);
    if (print !== null) this.evidence.set(epoch, [...(this.evidence.get(epoch) ?? []), print]);
  }
}

/** The evidence of a whole clip. */
export function recordEvidence(
  frames: readonly I420Frame[],
  faces: readonly (Box | null)[],
): EvidenceByEpoch {
  const recorder = new EvidenceRecorder();
  for (const [index, frame] of frames.entries()) {
    const timestampMs = (index * 1000) / CLIP_FPS;
    recorder.record(frame, faces[index] ?? null, timestampMs);
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
