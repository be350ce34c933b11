import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AvatarError } from '../errors.js';
import { decodeParameters, encodeParameters, PARAMETER_BYTES } from './parameter-codec.js';
import { NEUTRAL_PARAMETERS, SHIFT_COUNT, type FaceParameters } from './parameters.js';

const within = (range: number): fc.Arbitrary<number> => fc.double({ min: -range, max: range, noNaN: true });
const parameters: fc.Arbitrary<FaceParameters> = fc.record({
  head: fc.record({
    yawDeg: within(90),
    pitchDeg: within(90),
    rollDeg: within(90),
    xCm: within(40),
    yCm: within(40),
    zCm: within(40),
  }),
  lids: fc.record({ left: within(1.5), right: within(1.5) }),
  gaze: fc.record({ yawDeg: within(45), pitchDeg: within(45) }),
  shifts: fc.array(within(3), { minLength: SHIFT_COUNT, maxLength: SHIFT_COUNT }),
});

function flat({ head, lids, gaze, shifts }: FaceParameters): readonly number[] {
  return [...Object.values(head), ...Object.values(lids), ...Object.values(gaze), ...shifts];
}

describe('parameter codec', () => {
  it('stays within 15 kbit/s at 30 frames a second', () => {
    expect(encodeParameters(NEUTRAL_PARAMETERS)).toHaveLength(PARAMETER_BYTES);
    expect(PARAMETER_BYTES * 8 * 30).toBeLessThanOrEqual(15_000);
  });

  it('keeps neutral exactly and everything else within half a step', () => {
    expect(decodeParameters(encodeParameters(NEUTRAL_PARAMETERS))).toEqual(NEUTRAL_PARAMETERS);
    const tolerance = [...[90, 90, 90].map((r) => r / 2047), ...[40, 40, 40].map((r) => r / 511)];
    const steps = [...tolerance, 1.5 / 63, 1.5 / 63, 45 / 63, 45 / 63];
    fc.assert(
      fc.property(parameters, (value) => {
        const back = flat(decodeParameters(encodeParameters(value)));
        flat(value).forEach((number, i) => {
          expect(Math.abs((back[i] ?? NaN) - number)).toBeLessThanOrEqual((steps[i] ?? 3 / 127) * 0.501);
        });
      }),
    );
  });

  it('reads any 58 bytes as parameters that encode to what they mean', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: PARAMETER_BYTES, maxLength: PARAMETER_BYTES }), (bytes) => {
        const value = decodeParameters(bytes);
        expect(flat(value).every(Number.isFinite)).toBe(true);
        expect(decodeParameters(encodeParameters(value))).toEqual(value);
      }),
    );
  });

  it('clamps what is out of range and refuses what is no number or of another length', () => {
    const far = { ...NEUTRAL_PARAMETERS, gaze: { yawDeg: 500, pitchDeg: -500 } };
    expect(decodeParameters(encodeParameters(far)).gaze).toEqual({ yawDeg: 45, pitchDeg: -45 });
    const wrong = [
      () => encodeParameters({ ...NEUTRAL_PARAMETERS, lids: { left: NaN, right: 1 } }),
      () => encodeParameters({ ...NEUTRAL_PARAMETERS, shifts: [0] }),
      () => decodeParameters(new Uint8Array(PARAMETER_BYTES + 1)),
    ];
    for (const attempt of wrong) expect(attempt).toThrow(AvatarError);
  });
});
