import { expect, it } from 'vitest';
import type { CaptureFrame } from '@guise/liveness';
import { mostAtRest } from './at-rest.js';

const seen = (mouthOpen: number): CaptureFrame => ({
  ...{ timestampMs: 0, width: 640, height: 360 },
  faces: [
    {
      ...{ trackId: 1, score: 1, box: { x: 0, y: 0, width: 100, height: 120 } },
      landmarks: new Float32Array(478 * 3),
      pose: { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
      expression: { leftLid: 1, rightLid: 1, mouthOpen, gazeYawDeg: 0, gazePitchDeg: 0 },
    },
  ],
});
const nobody: CaptureFrame = { timestampMs: 0, width: 640, height: 360, faces: [] };

it('prefers the best frame with a shut mouth to better ones with an open mouth', () => {
  expect(mostAtRest([seen(0.4), seen(0.05), seen(0)], [0, 1, 2])?.index).toBe(1);
  expect(mostAtRest([seen(0.4), seen(0.05), seen(0)], [2, 1, 0])?.index).toBe(2);
});

it('takes the least open one when none is shut, and no frame without a face', () => {
  expect(mostAtRest([seen(0.4), nobody, seen(0.2), seen(0.3)], [0, 1, 2, 3])?.index).toBe(2);
  expect(mostAtRest([nobody], [0])).toBeNull();
  expect(mostAtRest([], [])).toBeNull();
});
