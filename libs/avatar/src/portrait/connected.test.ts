import { expect, it } from 'vitest';
import { connectedTo, nosePixel } from './connected.js';

const [WIDTH, HEIGHT] = [40, 20];

/** A person with a soft rim in columns 2–17, and an island in columns 28–35. */
function mask(): Float32Array {
  return Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const column = i % WIDTH;
    if (column >= 3 && column <= 16) return 1;
    if (column === 2 || column === 17) return 0.3;
    return column >= 28 && column <= 35 ? 0.9 : 0;
  });
}

it('keeps the person with its soft rim, and drops islands', () => {
  const kept = connectedTo(10 * WIDTH + 8, mask(), WIDTH, HEIGHT, 3);
  const row = kept.slice(10 * WIDTH, 11 * WIDTH);
  expect([...row.slice(2, 18)]).toEqual([...mask().slice(2, 18)]);
  expect(Math.max(...row.slice(18))).toBe(0);
});

it('follows a thin neck', () => {
  const shares = new Float32Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) if (y < 8 || y > 12 || x === 20) shares[y * WIDTH + x] = 1;
  expect(connectedTo(3, shares, WIDTH, HEIGHT, 2)).toEqual(shares);
});

it('is nothing where the seed is nobody', () => {
  expect(Math.max(...connectedTo(0, mask(), WIDTH, HEIGHT, 3))).toBe(0);
});

it('finds the nose within the picture', () => {
  const landmarks = new Float32Array(15).fill(0);
  landmarks.set([7.9, 3.2], 12);
  expect(nosePixel(landmarks, WIDTH, HEIGHT)).toBe(3 * WIDTH + 7);
  landmarks.set([-5, 900], 12);
  expect(nosePixel(landmarks, WIDTH, HEIGHT)).toBe(19 * WIDTH);
});
