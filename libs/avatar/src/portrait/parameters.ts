/**
 * Mesh vertices whose movement carries the expression: lips, chin, cheeks, brows. `left` is the subject's left. The
 * order is part of the wire format of {@link encodeParameters}.
 */
export const CONTROL_POINTS: readonly number[] = [
  // Lip corners; outer edge of the upper lip, then of the lower one.
  61, 291, 39, 0, 269, 181, 17, 405,
  // Inner edge: upper lip, then lower lip below it.
  81, 13, 311, 178, 14, 402,
  // Chin; folds beside the mouth.
  152, 205, 425,
  // Brows from the inner end outwards: right, then left.
  107, 105, 70, 336, 334, 300,
];

/**
 * All that a portrait needs to know of its wearer in one frame: movements away from the wearer's own neutral face.
 * Numbers only; no picture, colour or proportion of the wearer can be recovered from it.
 */
export interface FaceParameters {
  /**
   * Head relative to neutral. Angles in degrees about the neutral head's own axes, signs as in `HeadPose`; shifts in
   * centimetres, x to the picture's right, y down, z away from the camera.
   */
  readonly head: {
    readonly yawDeg: number;
    readonly pitchDeg: number;
    readonly rollDeg: number;
    readonly xCm: number;
    readonly yCm: number;
    readonly zCm: number;
  };
  /** Lid opening: 0 shut, 1 as when neutral, above 1 wider. */
  readonly lids: { readonly left: number; readonly right: number };
  /** Eye direction relative to neutral and to the head, degrees; > 0 is the picture's right / up. */
  readonly gaze: { readonly yawDeg: number; readonly pitchDeg: number };
  /**
   * Shift of each control point in the head's own frame, centimetres of an average head: x₀, y₀, x₁, y₁, … in the order
   * of `CONTROL_POINTS`.
   */
  readonly shifts: readonly number[];
}

/** Number of values in `FaceParameters.shifts`. */
export const SHIFT_COUNT = CONTROL_POINTS.length * 2;

/** The neutral face: what the avatar's picture shows. */
export const NEUTRAL_PARAMETERS: FaceParameters = {
  head: { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 0 },
  lids: { left: 1, right: 1 },
  gaze: { yawDeg: 0, pitchDeg: 0 },
  shifts: new Array<number>(SHIFT_COUNT).fill(0),
};

/** Positions in `CONTROL_POINTS` of what is above and below each other on the lips: outer and inner, upper and lower. */
export const LIP_COLUMNS: readonly {
  readonly upper: readonly [outer: number, inner: number];
  readonly lower: readonly [outer: number, inner: number];
}[] = [
  { upper: [2, 8], lower: [5, 11] },
  { upper: [3, 9], lower: [6, 12] },
  { upper: [4, 10], lower: [7, 13] },
];
