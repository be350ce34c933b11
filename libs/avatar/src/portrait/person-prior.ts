import { smoothstep } from '../mesh/topology.js';
import { boxMean } from './guided-filter.js';
import type { StagePlanes } from './framing.js';

/** Where the person's pixels may be, in centimetres of the head: origin between the ears, y down. */
export interface HeadPlace {
  readonly x: number;
  readonly y: number;
  readonly pxPerCm: number;
  readonly rollRad: number;
}

const BINS = 16;
const ROUNDS = 4;
/** A colour never seen counts as this many pixels. */
const FLOOR = 2;
/** Of the prior from the outline: at the edge nothing is certain but what the colours confirm. */
const LEAST = 0.02;
const MOST = 0.99;
const SURE = 0.975;

/**
 * Probability per chroma sample that it shows the person, without a segmentation: an outline of head, neck and shoulders
 * around the mesh, confirmed by two colour histograms that learn from each other's doubts.
 */
export function guessPerson(stage: StagePlanes, head: HeadPlace): Float32Array {
  const width = stage.width >> 1;
  const height = stage.height >> 1;
  const outline = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) outline[y * width + x] = outlineAt(head, 2 * x + 1, 2 * y + 1);
  const bins = binsOf(stage, width, height);
  // Beyond the picture's border there is nothing to learn from.
  const counts = Float32Array.from(outline, (_, i) => {
    const at = 2 * Math.floor(i / width) * stage.width + 2 * (i % width);
    return (stage.insideCm[at] ?? 0) > 0 ? 1 : 0;
  });
  let person = outline;
  for (let round = 0; round < ROUNDS; round++) {
    const [inside, outside] = histograms(bins, person, counts);
    person = Float32Array.from(outline, (prior, i) => {
      if (prior >= SURE) return 1;
      const bin = bins[i] ?? 0;
      const yes = prior * (inside[bin] ?? 0);
      return yes / (yes + (1 - prior) * (outside[bin] ?? 0));
    });
  }
  return boxMean(person, width, height, 2);
}

/** Soft outline of an average person: head with hair, neck, shoulders. */
function outlineAt(head: HeadPlace, px: number, py: number): number {
  const dx = (px - head.x) / head.pxPerCm;
  const dy = (py - head.y) / head.pxPerCm;
  const x = Math.abs(Math.cos(head.rollRad) * dx + Math.sin(head.rollRad) * dy);
  const y = Math.cos(head.rollRad) * dy - Math.sin(head.rollRad) * dx;
  const skull = 1 - Math.hypot(x / 12, (y + 2.5) / 15);
  const halfWidth = 8 + 15 * smoothstep((y - 11) / 8);
  const body = y > 5 ? (halfWidth - x) / 10 : -1;
  return LEAST + (MOST - LEAST) * smoothstep(0.5 + 2.2 * Math.max(skull, body));
}

function binsOf(stage: StagePlanes, width: number, height: number): Uint16Array {
  const bins = new Uint16Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const at = 2 * y * stage.width + 2 * x;
      const bin = (value: number, scale: number): number =>
        Math.max(0, Math.min(BINS - 1, Math.floor(value * scale)));
      // Chroma keeps within a narrow range around 128: twice the resolution there.
      bins[i] =
        (bin(stage.y[at] ?? 0, 1 / 16) * BINS + bin((stage.u[i] ?? 0) - 64, 1 / 8)) * BINS +
        bin((stage.v[i] ?? 0) - 64, 1 / 8);
    }
  return bins;
}

/** Shares of each colour within the person and outside. */
function histograms(
  bins: Uint16Array,
  person: Float32Array,
  counts: Float32Array,
): readonly [inside: Float32Array, outside: Float32Array] {
  const inside = new Float32Array(BINS ** 3).fill(FLOOR);
  const outside = new Float32Array(BINS ** 3).fill(FLOOR);
  let total = 0;
  let rest = 0;
  person.forEach((share, i) => {
    const bin = bins[i] ?? 0;
    const count = counts[i] ?? 0;
    inside[bin] = (inside[bin] ?? 0) + share * count;
    outside[bin] = (outside[bin] ?? 0) + (1 - share) * count;
    total += share * count;
    rest += (1 - share) * count;
  });
  return [inside.map((value) => value / (total + 1)), outside.map((value) => value / (rest + 1))];
}
