/**
 * What a capture must show. The identity and spoof numbers come from models/README.md, the motion numbers from captures
 * measured while this library was written: webcam and studio recordings of six persons on one side, photographs and
 * paintings waved before a camera at tilts of 15, 30 and 45° on the other. They catch the cheap attacks named in the
 * README; no PAD level (ISO/IEC 30107-3) has been tested or is claimed.
 */
export interface CaptureThresholds {
  readonly minDurationSeconds: number;
  readonly minFrames: number;
  /** Share of frames with at least one face. */
  readonly minFaceShare: number;
  /** Share of frames with a second face that is still taken for a mistake of the detector. */
  readonly maxSeveralFacesShare: number;
  /** Share of frames with the whole face in the picture. */
  readonly minInPictureShare: number;
  /** The identity network looks at 112 pixels; less than this is enlarged guesswork. */
  readonly minFaceWidthPx: number;
  readonly minIdentitySamples: number;
  /**
   * Cosine to the medoid: every sample, and half of them. One person in one recording was measured at 0.67 and above,
   * different persons at 0.30 and below; 0.345 is FMR 1 %, 0.50 FMR 0.1 %.
   */
  readonly minLowestSimilarity: number;
  readonly minMedianSimilarity: number;
  /** A weak signal (it calls paintings live): it may only refuse, and only when it is clear. */
  readonly minSpoofMedian: number;
  /** Spread of yaw or pitch: a head that turns. Repeated pictures stay below 1°. */
  readonly minTurnDeg: number;
  readonly stillTurnDeg: number;
  /** Spread of lids or mouth: a blink or a word. Waved photographs reach 0.3 by foreshortening of the lids. */
  readonly minLidSpread: number;
  readonly minMouthSpread: number;
  readonly stillLidSpread: number;
  readonly stillMouthSpread: number;
  /** Real turns of 5° and more leave 0.016–0.04, photographs at tilts up to 20° leave 0.009. */
  readonly minNonPlanarMotion: number;
  /**
   * Real heads stay below 0.115; photographs tilted by 30° and more give 0.139–0.43, the least of them another value on another
   * processor: the limit keeps clear of both.
   */
  readonly maxShapeStretch: number;
  /** Frontal identity samples that the reference is made of. */
  readonly minFrontalSamples: number;
}

export const CAPTURE_THRESHOLDS: CaptureThresholds = {
  minDurationSeconds: 4,
  minFrames: 40,
  minFaceShare: 0.9,
  maxSeveralFacesShare: 0.02,
  minInPictureShare: 0.9,
  minFaceWidthPx: 72,
  minIdentitySamples: 6,
  minLowestSimilarity: 0.4,
  minMedianSimilarity: 0.6,
  minSpoofMedian: 0.3,
  minTurnDeg: 5,
  stillTurnDeg: 1,
  minLidSpread: 0.25,
  minMouthSpread: 0.1,
  stillLidSpread: 0.06,
  stillMouthSpread: 0.03,
  minNonPlanarMotion: 0.012,
  maxShapeStretch: 0.127,
  minFrontalSamples: 3,
};
