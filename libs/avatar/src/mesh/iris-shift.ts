/** An iris between its lid corners: −0.5 … 0.5 along the eye. */
export interface IrisPlace {
  readonly irisU: number;
  readonly irisRadiusU: number;
}

/**
 * What of an eye's picture is shown at `u` along the eye when its iris is drawn at `drawnU`: rigid over the iris,
 * stretched beside it.
 * @returns the place in the picture, and the share of the iris's shift that applies there (1 on it, 0 at the corners)
 */
export function shiftIris(eye: IrisPlace, drawnU: number, u: number): readonly [from: number, near: number] {
  const r = eye.irisRadiusU;
  const left = drawnU - r;
  const right = drawnU + r;
  if (u < left) {
    const near = Math.max(0, (u + 0.5) / Math.max(1e-3, left + 0.5));
    return [-0.5 + near * Math.max(0, eye.irisU - r + 0.5), near];
  }
  if (u > right) {
    const near = Math.max(0, (0.5 - u) / Math.max(1e-3, 0.5 - right));
    return [0.5 - near * Math.max(0, 0.5 - eye.irisU - r), near];
  }
  return [eye.irisU + (u - drawnU), 1];
}
