/** Axis-aligned rectangle in pixels of the frame it was seen in. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Head pose, right-handed camera space (x right, y down, z away from the camera).
 * Signs as the viewer of the unmirrored picture sees them.
 */
export interface HeadPose {
  /** > 0: the nose points to the picture's right (the subject's left). */
  readonly yawDeg: number;
  /** > 0: the face looks up. */
  readonly pitchDeg: number;
  /** > 0: the head tilts clockwise in the picture. */
  readonly rollDeg: number;
  /** Head origin relative to the camera for an assumed focal length of 1.2 × frame width and an average head. */
  readonly xCm: number;
  readonly yCm: number;
  readonly zCm: number;
}

/** Geometry-only expression (no emotion is inferred: EU AI Act Art. 5(1)(f)). `left` is the subject's left. */
export interface Expression {
  /** Lid opening, 0 closed … 1 wide open. */
  readonly leftLid: number;
  readonly rightLid: number;
  /** Inner-lip opening over inner-lip width, 0 closed. */
  readonly mouthOpen: number;
  /** Eye direction relative to the head; > 0 is the picture's right / up. */
  readonly gazeYawDeg: number;
  readonly gazePitchDeg: number;
}

/** Number of mesh points: 468 of the face and 5 for each iris. */
export const LANDMARK_COUNT = 478;

/** One face in one frame. */
export interface FaceObservation {
  /** Stable while the same face is tracked. */
  readonly trackId: number;
  readonly box: Box;
  /** Detector or mesh confidence, 0–1. */
  readonly score: number;
  /** 478 × (x, y, z): x, y in frame pixels; z in the same unit, negative towards the camera. */
  readonly landmarks: Float32Array;
  readonly pose: HeadPose;
  readonly expression: Expression;
}
