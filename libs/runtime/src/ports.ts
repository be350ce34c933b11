import type { Box, FaceObservation, I420Frame } from '@guise/frame';
import type { PermitStatus, VerifiedPermit } from '@guise/permit';
import type { EvidenceSegment } from '@guise/protocol';

/** Wall time of this device and a clock that only moves forward. */
export interface RuntimeClock {
  /** Milliseconds since 1970 as the device believes. Trusted for nothing but noticing that it jumped. */
  wallMs(): number;
  /** Milliseconds from any fixed origin; never set back, not even when the device's date is. */
  monotonicMs(): number;
}

/** Pixels → observations (libs/vision). */
export interface FaceSight {
  /** Every face in the picture, largest first. */
  track(frame: I420Frame, timestampMs: number): Promise<readonly FaceObservation[]>;
  /** Identity embedding of one observed face, unit length. */
  embed(frame: I420Frame, face: FaceObservation): Promise<Float32Array>;
  /**
   * It looks in a thread of its own: the faces of the next frame are looked for while the present one is drawn. That frame's data
   * is in shared memory then, and stays as it is until `track` has answered.
   */
  readonly looksAside?: boolean;
}

/** Holds the protected template of the one person who may wear the avatar on this device. */
export interface WearerTemplate {
  /** SHA-256 by which the permit names the template, lower-case hex. */
  readonly sha256: string;
  /** Cosine similarity, −1 … 1, of a live embedding and the template. */
  compareWearer(embedding: Float32Array): number;
}

/**
 * Avatar pixels (libs/avatar), in one of two ways. What a mode may see is in the signature of its `render`: a portrait is
 * handed no camera picture, ever.
 */
export type AvatarRenderer = OverlayAvatar | PortraitAvatar;

/** Puts the avatar's face over the wearer's in the camera picture. */
export interface OverlayAvatar extends WornAvatar {
  readonly mode: 'overlay';
  /** Replaces the face in place: `frame` holds the camera picture. A network may take its time. */
  render(
    frame: I420Frame,
    face: FaceObservation,
    timestampMs: number,
  ): RenderOutcome | Promise<RenderOutcome>;
}

/**
 * Brings the avatar's own picture to life. It never reads camera pixels: all that it is told of the wearer is `face`, and
 * `out` has never held a camera picture.
 */
export interface PortraitAvatar extends WornAvatar {
  readonly mode: 'portrait';
  /**
   * `face` is in pixels of the camera's picture, whatever the size of `out`.
   * Overwrites every sample of `out` with a code value from 1 to 254 (BT.709 keeps 0 and 255 for timing). The session
   * blanks `out` before with 0: a picture that still holds one is not shown.
   */
  render(out: I420Frame, face: FaceObservation, timestampMs: number): RenderOutcome | Promise<RenderOutcome>;
}

/** What both have in common. */
export interface WornAvatar {
  /** SHA-256 of the bundle being rendered, lower-case hex, taken from the bytes that were loaded. */
  readonly avatarSha256: string;
  /** Burns in the disclosure label, in place; false when the picture cannot carry a legible one. */
  label(frame: I420Frame): boolean;
  /**
   * The track broke: the face was lost, or the gate was shut. Nothing of the pictures before may show in the next; what was
   * learnt of the wearer may stay.
   */
  reset(): void;
  /** It renders pictures of half the session's width and height too, when it is handed one. */
  readonly rendersHalfSize?: boolean;
  /** Whether light is followed from frame to frame, as it is at first, or stays as it was last found. Absent: none is followed. */
  followLight?(follows: boolean): void;
}

/** Improves a rendered face in place (a network, as a rule). What it makes of the picture is checked and labelled after it. */
export interface FaceEnhancer {
  /** @param face where the rendered face is, in pixels of the frame */
  enhance(frame: I420Frame, face: Box): Promise<void>;
}

/**
 * `not-rendered` (too small, cut off, turned away …): the picture is not shown then, as it is not when `render` throws.
 * `timestampMs` is media time and never runs backwards; a renderer may learn and smooth along it.
 */
export type RenderOutcome =
  | {
      readonly status: 'rendered';
      /** Where the avatar's face is in the picture drawn, in pixels: evidence looks for it there. */
      readonly face: Box;
    }
  | { readonly status: 'not-rendered' };

/** Neutral card of a given size; must hold no camera pixel. */
export type SlateSource = (width: number, height: number, text: string) => I420Frame;

/** The invisible watermark (libs/invisible-watermark-ts), keyed for this session. */
export interface FrameMarker {
  /** Marks the luma plane in place for one epoch; epochs fade into each other in media time. */
  mark(frame: I420Frame, epoch: number, timestampMs: number): void;
  /** Computes what the first frame of an epoch needs, ahead of it; marks come out the same without. */
  prepare(epoch: number): void;
  /** Self-test: finds this session's mark of this epoch in one finished picture, as a detector would. */
  readsBack(frame: I420Frame, epoch: number): boolean;
}

export interface EvidenceCrypto {
  /** SHA-256 of the bytes as they are now; the buffer may change afterwards. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** Robust fingerprint of a picture's luma and of its face, 196 bytes. `face` in pixels; null when there is none. */
  fingerprint(frame: I420Frame, face: Box | null): Uint8Array;
  /** The face's part of it, 36 bytes; null when the face has none of its own (too small, out of the picture). */
  fingerprintFace(frame: I420Frame, face: Box): Uint8Array | null;
  /** JWS compact by the device key, `typ: guise-evidence+jwt`. */
  signSegment(segment: EvidenceSegment): Promise<string>;
  /** Secret key of one epoch of this session's chain. */
  epochKey(epoch: number): Uint8Array;
}

/** Where evidence goes. A rejected promise means that it is not kept, and the gate shuts for good. */
export interface EvidenceSink {
  /** Resolves when the authority acknowledged the segment. */
  submit(segmentJws: string): Promise<EvidenceReceipt>;
  /** Publishes the key of one past epoch, and with it those before. `too-early`: not in a published checkpoint yet. */
  discloseKey(epoch: number, key: Uint8Array): Promise<'disclosed' | 'too-early'>;
}

export interface EvidenceReceipt {
  readonly leafIndex: number;
  /** Size of the newest published checkpoint; the segment is under it when size > leafIndex. */
  readonly checkpointSize: number;
}

/** The authority while a session runs. Every call has its own time limit; a rejection is an answer not had. */
export interface PermitSource {
  /**
   * The session's next permit, verified by the caller's `verifyPermit`.
   * @throws RenewalRefused, PermitError: a definite no, which shuts the gate; anything else: no answer, asked again
   */
  renew(): Promise<VerifiedPermit>;
  lease(): Promise<LeaseState>;
  /** What the status list that the permit names says of it now; the list was verified. */
  status(permit: VerifiedPermit): Promise<StatusAnswer>;
  /**
   * Listens until the returned function is called: `onEnd` hears at once that the authority ended the session. While
   * nothing can be heard, nothing is told: lease and status list are asked for all the same.
   */
  watch(onEnd: (end: SessionEnd) => void): () => void;
}

/** How the authority ended a session. */
export type SessionEnd = 'revoked' | 'suspended' | 'closed';

/** One look into a status list (libs/permit `verifyStatusList`). */
export interface StatusAnswer {
  readonly status: PermitStatus;
  /** A fresh list should be fetched after this time. */
  readonly refreshSeconds: number;
  /** This one may be relied on for this time. */
  readonly freshSeconds: number;
}

/** One answer of the lease endpoint (protocol `leaseResponse`). */
export interface LeaseState {
  readonly state: 'live' | 'revoked' | 'closed';
  readonly leaseSeconds: number;
  readonly serverTime: number;
}

/** Frames from a file, a camera or a test, in order. A frame is only read until the next one is asked for. */
export type FrameSource = AsyncIterable<SourceFrame>;
export interface SourceFrame {
  readonly frame: I420Frame;
  readonly index: number;
  readonly timestampMs: number;
}

/** Takes finished frames with their media times. `write` has copied the picture when it resolves. */
export interface FrameSink {
  write(frame: I420Frame, timestampMs: number): Promise<void>;
  finish(): Promise<unknown>;
  abort(): Promise<void>;
  /** A recording: it begins with the session's first frame. Cards shown while everything is loaded are for meetings. */
  readonly beginsWithSession?: boolean;
}
