import { CANONICAL_FACE_CM, headRotation, LANDMARK_COUNT } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '../http/problem-error.js';
import { requireTurned } from './bundle-faces.js';

const picture = { mediaType: 'image/png', width: 600, height: 600, bytes: new Uint8Array() } as const;

/** The average face, turned: 20 pixels a centimetre. */
function meshAt(yawDeg: number): Float32Array {
  const r = headRotation({ yawDeg, pitchDeg: 0, rollDeg: 0 });
  const mesh = new Float32Array(LANDMARK_COUNT * 3);
  for (let i = 0; i < CANONICAL_FACE_CM.length; i += 3) {
    const [x = 0, y = 0, z = 0] = CANONICAL_FACE_CM.subarray(i, i + 3);
    mesh[i] = 300 + 20 * (r[0] * x + r[1] * y + r[2] * z);
    mesh[i + 1] = 300 + 20 * (r[3] * x + r[4] * y + r[5] * z);
    mesh[i + 2] = 20 * (r[6] * x + r[7] * y + r[8] * z);
  }
  return mesh;
}

function problemOf(role: 'mouth-open' | 'turned-left' | 'turned-right', yawDeg: number): string {
  try {
    requireTurned({ role, picture, landmarks: meshAt(yawDeg) }, `${role} view`);
    return 'none';
  } catch (error) {
    if (error instanceof ProblemError) return `${error.code}: ${error.extras.detail ?? ''}`;
    throw error;
  }
}

describe('a view of a turned head', () => {
  it('is turned to the side that it is named after', () => {
    expect(problemOf('turned-left', 30)).toBe('none');
    expect(problemOf('turned-right', -30)).toBe('none');
    expect(problemOf('turned-right', 30)).toMatch(/^bundle-invalid: The turned-right view: .*other side/);
    expect(problemOf('turned-left', 5)).toMatch(/^bundle-invalid: The turned-left view: .*20° to 45°/);
  });

  it('is no other view’s matter', () => {
    expect(problemOf('mouth-open', 0)).toBe('none');
  });
});
