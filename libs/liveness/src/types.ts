import type { FaceObservation } from '@guise/frame';

/** What vision saw in one frame of an enrolment capture. Values from outside: lengths and finiteness are checked. */
export interface CaptureFrame {
  /** Presentation time; must rise from frame to frame. */
  readonly timestampMs: number;
  readonly width: number;
  readonly height: number;
  /** Every face seen, largest first. */
  readonly faces: readonly FaceObservation[];
  /** Identity embedding (unit length) of `faces[0]`, where it was sampled (about twice a second). */
  readonly embedding?: Float32Array;
  /** Passive spoof signal of `faces[0]`, 0 spoof … 1 live, where it was sampled. */
  readonly spoofScore?: number;
}

/** Why a capture is refused. */
export type CaptureRefusalCode =
  | 'too-short'
  | 'too-few-frames'
  | 'no-face'
  | 'several-faces'
  | 'face-too-small'
  | 'face-out-of-picture'
  | 'not-one-person'
  | 'too-few-identity-samples'
  | 'still-picture'
  | 'flat-face'
  | 'no-natural-motion'
  | 'spoof-suspected'
  | 'no-frontal-view';

export interface CaptureRefusal {
  readonly code: CaptureRefusalCode;
  /** What to do next, in plain words for the person before the camera. */
  readonly advice: string;
}

/** The numbers behind the judgement; no biometric value among them. */
export interface CaptureMeasures {
  readonly framesSeen: number;
  readonly durationSeconds: number;
  /** Shares of frames, 0–1. */
  readonly faceShare: number;
  readonly severalFacesShare: number;
  readonly inPictureShare: number;
  /** Median width of the face box in pixels. */
  readonly faceWidthPx: number;
  /** Lowest and median cosine of the identity samples to their medoid. */
  readonly lowestSimilarity: number;
  readonly medianSimilarity: number;
  readonly identitySamples: number;
  /** Median of the passive spoof signal, 0 spoof … 1 live. */
  readonly spoofMedian: number;
  /** Spread (5th to 95th percentile) of the head's yaw and pitch. */
  readonly yawSpreadDeg: number;
  readonly pitchSpreadDeg: number;
  /** Spread (5th to 95th percentile) of lid and mouth opening. */
  readonly lidSpread: number;
  readonly mouthSpread: number;
  /** Landmark motion that no movement of a flat picture explains, as a share of the face width. */
  readonly nonPlanarMotion: number;
  /** Change of the face's own width over height (logarithm): a tilted photograph is squeezed, a head is not. */
  readonly shapeStretch: number;
}

interface CaptureJudgementBase {
  readonly measures: CaptureMeasures;
}

/** The capture shows one living-looking person throughout. No PAD level (ISO/IEC 30107-3) is claimed by that. */
export interface AcceptedCapture extends CaptureJudgementBase {
  readonly accepted: true;
  /** Mean of the good frontal identity samples, unit length. */
  readonly referenceEmbedding: Float32Array;
  /** Indices into the frames given: frontal, sharp pose, eyes open, mouth closed; best first. */
  readonly bestFrames: readonly number[];
}

export interface RefusedCapture extends CaptureJudgementBase {
  readonly accepted: false;
  /** At least one, the most important first. */
  readonly reasons: readonly [CaptureRefusal, ...CaptureRefusal[]];
}

export type CaptureJudgement = AcceptedCapture | RefusedCapture;
