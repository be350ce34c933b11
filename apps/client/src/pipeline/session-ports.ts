import { renderSlate } from '@guise/frame';
import type { PictureSize } from '@guise/media';
import type { Es256Signer, VerifiedPermit } from '@guise/permit';
import type { SessionId } from '@guise/protocol';
import type { EvidenceSink, FaceSight, MediaConfig, PermitSource, WearerTemplate } from '@guise/runtime';
import type { Vision } from '@guise/vision';
import type { EpochChain } from 'invisible-watermark-ts';
import { tellingRefusals } from './permit-refusals.js';
import { createEvidenceCrypto, createMarker, type MarkingKeys } from './session-marks.js';

/** What a session is worn under. */
export interface SessionRights {
  /** The verified permit with the secrets of its session. */
  readonly grant: {
    readonly permit: VerifiedPermit;
    readonly session: SessionId;
    readonly watermarkKey: Uint8Array;
    readonly chain: EpochChain;
  };
  readonly wearer: WearerTemplate;
  readonly permitSource: PermitSource;
  readonly evidenceSink: EvidenceSink;
  /** The device key. */
  readonly signer: Es256Signer;
}

/** Eyes and hands of a session. */
export function picturePorts(
  { grant, wearer }: Pick<SessionRights, 'grant' | 'wearer'>,
  size: PictureSize,
  vision: Vision,
  renderer: MediaConfig['picture']['renderer'],
): MediaConfig['picture'] {
  const tracker = vision.createTracker();
  const sight: FaceSight = {
    track: (frame, timestampMs) => tracker.track(frame, timestampMs),
    embed: (frame, face) => vision.embed(frame, face),
    looksAside: vision.inOwnThread === true,
  };
  return { sight, wearer, renderer, marker: createMarker(markingKeys(grant), size), slate: renderSlate };
}

export function authorityPorts({
  grant,
  permitSource,
  evidenceSink,
  signer,
}: Omit<SessionRights, 'wearer'>): MediaConfig['authority'] {
  return {
    session: grant.session,
    permit: grant.permit,
    source: tellingRefusals(permitSource),
    crypto: createEvidenceCrypto(markingKeys(grant), signer),
    sink: evidenceSink,
  };
}

function markingKeys({ permit, watermarkKey, chain }: SessionRights['grant']): MarkingKeys {
  return { watermarkKey, chain, sessionNumber: permit.wear.watermark.session };
}
