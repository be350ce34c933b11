import { createSeededRandom } from '@guise/testing';
import { describe, expect, it } from 'vitest';
import { NEUTRAL_PARAMETERS, type FaceParameters } from './parameters.js';
import { ParameterSteadier } from './steady.js';

const FRAME_MS = 40;

function turned(yawDeg: number, open = 0): FaceParameters {
  const { head, shifts } = NEUTRAL_PARAMETERS;
  return { ...NEUTRAL_PARAMETERS, head: { ...head, yawDeg }, shifts: shifts.map(() => open) };
}

/** Mean of what even motion does not explain. */
function trembling(values: readonly number[]): number {
  const inner = values.slice(1, -1);
  const off = inner.map((value, i) => Math.abs(value - ((values[i] ?? 0) + (values[i + 2] ?? 0)) / 2));
  return off.reduce((sum, value) => sum + value, 0) / off.length;
}

describe('steadier', () => {
  it('takes most of the trembling out of a still face', () => {
    const noise = [...createSeededRandom('trembling')(200)].map((byte) => (byte / 255 - 0.5) * 0.3);
    const steadier = new ParameterSteadier();
    const shown = noise.map((value, i) => steadier.steady(turned(3 + value), i * FRAME_MS).head.yawDeg);
    expect(trembling(shown)).toBeLessThan(0.07 * trembling(noise));
    for (const value of shown) expect(Math.abs(value - 3)).toBeLessThan(0.2);
  });

  it('shows a movement at once', () => {
    const steadier = new ParameterSteadier();
    steadier.steady(turned(0), 0);
    expect(steadier.steady(turned(6, 0.8), FRAME_MS)).toEqual(turned(6, 0.8));
    const shut = { ...turned(6, 0.8), lids: { left: 0, right: 0 } };
    expect(steadier.steady(shut, 2 * FRAME_MS).lids).toEqual({ left: 0, right: 0 });
  });

  it('arrives where a slow movement ends', () => {
    const steadier = new ParameterSteadier();
    let last = turned(0);
    for (let i = 0; i <= 50; i++) last = steadier.steady(turned(Math.min(0.5, i * 0.02)), i * FRAME_MS);
    expect(last.head.yawDeg).toBeCloseTo(0.5, 1);
  });

  it('begins anew after a break, and when told', () => {
    const steadier = new ParameterSteadier();
    steadier.steady(turned(0), 0);
    expect(steadier.steady(turned(0.2), 5_000)).toEqual(turned(0.2));
    steadier.reset();
    expect(steadier.steady(turned(0.1), 5_040)).toEqual(turned(0.1));
  });
});
