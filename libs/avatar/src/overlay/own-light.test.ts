import { CANONICAL_FACE_UV } from '@guise/frame';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFaceTopology } from '../mesh/topology.js';
import { calmGrain } from './grain.js';
import type { FloatPicture } from './picture.js';
import { balanceHalves } from './symmetry.js';

const SIDE = 256;
const topology = createFaceTopology();
const [LEFT_CHEEK, RIGHT_CHEEK, LIP, JAW] = [280, 50, 0, 396];

let texture: FloatPicture;
beforeEach(() => {
  const plane = (value: number): Float32Array => new Float32Array(SIDE * SIDE).fill(value);
  texture = { width: SIDE, height: SIDE, y: plane(136), u: plane(108), v: plane(150) };
});

function shade(factor: (x: number, y: number) => number): void {
  for (let i = 0; i < SIDE * SIDE; i++)
    texture.y[i] = 16 + 120 * factor((i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE);
}

/** Mean luma above black of a square of texels around a vertex. */
function lumaAt(vertex: number, reach = 6): number {
  const [u, v] = [CANONICAL_FACE_UV[vertex * 2] ?? 0, CANONICAL_FACE_UV[vertex * 2 + 1] ?? 0];
  const [cx, cy] = [Math.floor(u * SIDE), Math.floor(v * SIDE)];
  let sum = 0;
  for (let y = cy - reach; y <= cy + reach; y++)
    for (let x = cx - reach; x <= cx + reach; x++) sum += (texture.y[y * SIDE + x] ?? 0) - 16;
  return sum / (2 * reach + 1) ** 2;
}

describe('side light in an avatar’s picture', () => {
  it('is taken out: both halves come near the lighter one', () => {
    shade((x) => (x > 0.5 ? 0.5 : 1));
    const ratio = (): number => lumaAt(LEFT_CHEEK) / lumaAt(RIGHT_CHEEK);
    expect(Math.abs(Math.log(ratio()))).toBeGreaterThan(0.65);
    balanceHalves(texture, topology);
    expect(Math.abs(Math.log(ratio()))).toBeLessThan(0.2);
    expect(Math.max(lumaAt(LEFT_CHEEK), lumaAt(RIGHT_CHEEK))).toBeGreaterThan(85);
  });

  it('leaves a face alone that is lit from the front, its nose and its moles too', () => {
    shade((x, y) => 1 - 0.5 * Math.hypot(x - 0.5, y - 0.5));
    const mole = 100 * SIDE + 90;
    texture.y[mole] = 40;
    const before = texture.y.slice();
    balanceHalves(texture, topology);
    const most = texture.y.reduce((sum, value, i) => Math.max(sum, Math.abs(value - (before[i] ?? 0))), 0);
    expect(most).toBeLessThan(1);
  });
});

describe('grain of plain skin', () => {
  it('is bounded where it is coarse, more so at the outline, and stays where it is fine', () => {
    const contrast = (vertex: number): number => {
      const [u, v] = [CANONICAL_FACE_UV[vertex * 2] ?? 0, CANONICAL_FACE_UV[vertex * 2 + 1] ?? 0];
      const at = Math.floor(v * SIDE) * SIDE + Math.floor(u * SIDE);
      return Math.abs((texture.y[at] ?? 0) - (texture.y[at + 1] ?? 0)) / 120;
    };
    shade((x) => (Math.round(x * SIDE) % 2 === 0 ? 1.5 : 0.5));
    calmGrain(texture, topology);
    expect(contrast(LEFT_CHEEK)).toBeLessThan(0.25);
    expect(contrast(JAW)).toBeLessThan(0.75 * contrast(LEFT_CHEEK));
    // Features keep theirs.
    expect(contrast(LIP)).toBeGreaterThan(3 * contrast(LEFT_CHEEK));
    shade((x) => (Math.round(x * SIDE) % 2 === 0 ? 1.01 : 0.99));
    calmGrain(texture, topology);
    expect(contrast(LEFT_CHEEK)).toBeGreaterThan(0.015);
  });
});
