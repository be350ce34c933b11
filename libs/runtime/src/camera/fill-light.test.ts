import { describe, expect, it } from 'vitest';
import { createI420, planesOf, type Box, type I420Frame } from '@guise/frame';
import { SCENE, withNoise } from '../testing/noisy-scene.js';
import { createFillLight, MAX_GAIN } from './fill-light.js';

const FACE: Box = { x: 40, y: 20, width: 40, height: 50 };

/** A room of one luma with a face of another in it. */
function room(face: number, around: number): I420Frame {
  const frame = createI420(SCENE.width, SCENE.height, around, 110, 150);
  const { y } = planesOf(frame);
  for (let row = FACE.y; row < FACE.y + FACE.height; row++)
    y.fill(face, row * SCENE.width + FACE.x, row * SCENE.width + FACE.x + FACE.width);
  return frame;
}

const faceLuma = ({ data }: I420Frame): number => data[45 * SCENE.width + 60] ?? 0;

/** Gains and lumas of the face over pictures 40 ms apart. */
function follow(pictures: readonly I420Frame[], face: Box | null = FACE) {
  const light = createFillLight();
  return pictures.map((picture, i) => {
    light.apply(picture, face, 40 * i);
    return { gain: light.gain, luma: faceLuma(picture), frame: picture };
  });
}

const copyOf = (frame: I420Frame = room(0, 0)): I420Frame => ({ ...frame, data: frame.data.slice() });
const many = (count: number, make: (i: number) => I420Frame): I420Frame[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe('a dark face', () => {
  it('is lifted to what is enough within three seconds, and stays there without pumping', () => {
    const noisy = many(8, (i) => withNoise(room(45, 30), 3, `dark ${String(i)}`));
    const seen = follow(many(150, (i) => copyOf(noisy[i % 8])));
    const gains = seen.map(({ gain }) => gain);
    gains.slice(1).forEach((gain, i) => {
      expect(gain).toBeGreaterThanOrEqual((gains[i] ?? 0) - 1e-9);
    });
    const settled = gains.slice(75);
    expect(Math.max(...settled) / Math.min(...settled)).toBeLessThan(1.03);
    const { frame } = seen.at(-1) ?? { frame: room(0, 0) };
    const mean =
      frame.data.subarray(45 * SCENE.width + 45, 45 * SCENE.width + 75).reduce((a, b) => a + b, 0) / 30;
    // 0.28 of the way from black (16) to white (235).
    expect(mean).toBeGreaterThan(72);
    expect(mean).toBeLessThan(84);
  });

  it('is not lifted by flicker, nor darkened by a lamp that goes on behind it', () => {
    const flicker = follow(many(200, (i) => room(45 + 2 * (i % 2), 30))).slice(100);
    const gains = flicker.map(({ gain }) => gain);
    expect(Math.max(...gains) / Math.min(...gains)).toBeLessThan(1.01);
    const lamp = follow(many(200, (i) => room(45, i < 100 ? 30 : 200)));
    expect(lamp[199]?.luma).toBe(lamp[99]?.luma);
  });

  it('is lifted no further than the bound', () => {
    expect(follow(many(200, () => room(18, 17))).at(-1)?.gain).toBeCloseTo(MAX_GAIN, 2);
  });
});

it('leaves a face that is light enough alone, bit for bit, and fades out when it becomes so', () => {
  const light = follow(many(50, () => room(90, 20))).at(-1);
  expect(light?.frame.data).toEqual(room(90, 20).data);
  const turnedOn = follow(many(300, (i) => room(i < 100 ? 45 : 110, 30)));
  expect(turnedOn[99]?.gain).toBeGreaterThan(1.5);
  expect(turnedOn.at(-1)?.frame.data).toEqual(room(110, 30).data);
});

it('goes by the middle of the picture where there is no face, so that one can be found', () => {
  expect(
    follow(
      many(100, () => room(40, 30)),
      null,
    ).at(-1)?.gain,
  ).toBeGreaterThan(1.5);
});

it('keeps black, white, greys and the order of lumas', () => {
  const light = createFillLight();
  const ramp = (): I420Frame => {
    const frame = createI420(256, 2, 0, 128, 128);
    planesOf(frame).y.set(Array.from({ length: 512 }, (_, i) => i % 256));
    return frame;
  };
  const dark: Box = { x: 20, y: 0, width: 30, height: 2 };
  let frame = ramp();
  for (let i = 0; i < 100; i++) light.apply((frame = ramp()), dark, 40 * i);
  expect(light.gain).toBeGreaterThan(2);
  const lumas = frame.data.subarray(0, 256);
  lumas.slice(1).forEach((luma, i) => {
    expect(luma).toBeGreaterThanOrEqual(lumas[i] ?? 0);
  });
  expect([lumas[16], lumas[235], lumas[255]]).toEqual([16, 235, 255]);
  expect(lumas[60]).toBeGreaterThan(90);
  expect(new Set(frame.data.subarray(512))).toEqual(new Set([128]));
});
