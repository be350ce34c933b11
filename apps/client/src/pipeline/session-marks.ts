import { createHash } from 'node:crypto';
import type { I420Frame } from '@guise/frame';
import { signEvidenceSegment, type Es256Signer } from '@guise/permit';
import type { EvidenceCrypto, FrameMarker } from '@guise/runtime';
import {
  createDetector,
  createEmbedder,
  EPOCH_TAG_MIN_Z,
  faceRegion,
  fingerprint,
  fingerprintFace,
  type EpochChain,
} from 'invisible-watermark-ts';

/** Keys of one session's marks. */
export interface MarkingKeys {
  /** The organisation's marking key, 32 bytes. */
  readonly watermarkKey: Uint8Array;
  readonly chain: EpochChain;
  readonly sessionNumber: number;
}

export function createMarker(
  { watermarkKey, chain, sessionNumber }: MarkingKeys,
  size: { readonly width: number; readonly height: number },
): FrameMarker {
  const embedder = createEmbedder({
    key: watermarkKey,
    session: sessionNumber,
    epochKey: (epoch) => chain.keyOf(epoch),
    ...size,
  });
  const detector = createDetector({ key: watermarkKey });
  return {
    mark({ data, width, height }, epoch, timestampMs) {
      embedder.embed(data.subarray(0, width * height), width, epoch, timestampMs);
    },
    prepare(epoch) {
      embedder.prepare(epoch);
    },
    readsBack({ data, width, height }, epoch) {
      const frames = [{ luma: data.subarray(0, width * height), width, height, stride: width }];
      const { payload, geometry } = detector.detect(frames, { search: 'aligned' });
      if (geometry === null || payload?.session !== sessionNumber) return false;
      return detector.verifyEpoch(frames, geometry, chain.keyOf(epoch)).z >= EPOCH_TAG_MIN_Z;
    },
  };
}

export function createEvidenceCrypto({ chain }: MarkingKeys, signer: Es256Signer): EvidenceCrypto {
  return {
    sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    fingerprint: (frame, face) => fingerprint(lumaOf(frame), face === null ? null : faceRegion(face, frame)),
    fingerprintFace: (frame, face) => {
      const region = faceRegion(face, frame);
      return region === null ? null : fingerprintFace(lumaOf(frame), region);
    },
    signSegment: (segment) => signEvidenceSegment(segment, signer),
    epochKey: (epoch) => chain.keyOf(epoch),
  };
}

const lumaOf = ({ data, width, height }: I420Frame) => ({
  luma: data.subarray(0, width * height),
  ...{ width, height, stride: width },
});
