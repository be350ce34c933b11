import { RealFft2d } from '../fft2d.js';

/**
 * Pictures for tests and measurements with the statistics of a webcam scene: a 1/f background, a smooth shaded head with
 * its own texture that moves over it, a flat wall on one side, and sensor noise. Same seed, same pictures.
 */
export interface NaturalScene {
  /** Luma of frame `index`, tightly packed. */
  frame(index: number): Uint8Array;
}

export interface SceneOptions {
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  /** Standard deviation of the sensor noise in code values; 1 when absent. */
  readonly noise?: number;
}

const TEXTURE_SIDE = 512;

export function naturalScene({ width, height, seed, noise = 1 }: SceneOptions): NaturalScene {
  const random = randomNumbers(seed);
  const background = pinkTexture(random);
  const skin = pinkTexture(random);
  const grain = Float32Array.from({ length: 65_536 }, () => noise * gaussian(random));
  const phase = random() * 6;
  const unit = height / 720;
  return {
    frame(index) {
      const luma = new Uint8Array(width * height);
      const t = index / 30;
      const headX = width * (0.5 + 0.06 * Math.sin(0.9 * t + phase));
      const headY = height * (0.52 + 0.03 * Math.sin(1.7 * t + phase));
      const grainStart = Math.floor(randomAt(seed, index) * grain.length);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const radius = Math.hypot((x - headX) / (170 * unit), (y - headY) / (240 * unit));
          const scene =
            radius < 1
              ? headLuma(skin, x - headX, y - headY, radius, unit)
              : roomLuma(background, x, y, width, unit);
          const value = scene + (grain[(grainStart + y * 977 + x) % grain.length] ?? 0);
          luma[y * width + x] = Math.max(16, Math.min(235, Math.round(value)));
        }
      return luma;
    },
  };
}

function roomLuma(texture: Float32Array, x: number, y: number, width: number, unit: number): number {
  const shade = 110 + (30 * y) / (720 * unit) - (20 * x) / width;
  return x > 0.7 * width ? shade + 20 : shade + 16 * sample(texture, x / unit, y / unit);
}

function headLuma(texture: Float32Array, x: number, y: number, radius: number, unit: number): number {
  const shade = 165 - 60 * radius * radius + (20 * x) / (170 * unit);
  return shade + 5 * sample(texture, x / unit + 999, y / unit + 999);
}

/** Bilinear: a lens blurs what a sensor samples. */
function sample(texture: Float32Array, x: number, y: number): number {
  const u = x / 1.5;
  const v = y / 1.5;
  const [x0, y0] = [Math.floor(u), Math.floor(v)];
  const at = (i: number, j: number) => texture[(j % TEXTURE_SIDE) * TEXTURE_SIDE + (i % TEXTURE_SIDE)] ?? 0;
  const top = at(x0, y0) * (1 - u + x0) + at(x0 + 1, y0) * (u - x0);
  const bottom = at(x0, y0 + 1) * (1 - u + x0) + at(x0 + 1, y0 + 1) * (u - x0);
  return top * (1 - v + y0) + bottom * (v - y0);
}

/** Unit-variance noise with a 1/f amplitude spectrum, periodic. */
function pinkTexture(random: () => number): Float32Array {
  const fft = new RealFft2d(TEXTURE_SIDE, TEXTURE_SIDE);
  const samples = Float32Array.from({ length: TEXTURE_SIDE ** 2 }, () => gaussian(random));
  const spectrum = fft.spectrum();
  fft.forward(samples, spectrum);
  for (let ky = 0; ky < fft.rows; ky++)
    for (let kx = 0; kx < TEXTURE_SIDE; kx++) {
      const fx = kx <= TEXTURE_SIDE / 2 ? kx : kx - TEXTURE_SIDE;
      const scale = kx === 0 && ky === 0 ? 0 : 1 / Math.hypot(fx, ky);
      const i = ky * TEXTURE_SIDE + kx;
      spectrum.re[i] = (spectrum.re[i] ?? 0) * scale;
      spectrum.im[i] = (spectrum.im[i] ?? 0) * scale;
    }
  fft.inverse(spectrum, samples);
  const deviation = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  return samples.map((value) => value / deviation);
}

/** Mulberry32: a small generator for pictures, not for keys. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function randomAt(seed: number, index: number): number {
  return randomNumbers(seed * 7919 + index)();
}

export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
