import { LIPS_OUTER } from '@guise/frame';
import { seededRandom } from '../identity.js';
import type { FaceFrame, Point } from './face-frame.js';

export const BEARDS = ['full', 'goatee', 'moustache', 'stubble'] as const;
export type Beard = (typeof BEARDS)[number];

const JAW = [132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361];
/** From the left ear over the cheek, under the nose, to the right ear. */
const OVER_THE_LIP = [435, 427, 436, 327, 2, 98, 216, 207, 215];
const CHIN = [212, 214, 169, 170, 140, 171, 175, 396, 369, 395, 394, 434, 432, 287, 375, 17, 146, 57];
const MOUSTACHE = [57, 61, 40, 37, 0, 267, 270, 291, 287, 436, 327, 2, 98, 216];

interface Look {
  readonly outlines: readonly (readonly number[])[];
  /** Share of the skin's colour that the hair takes between the single hairs. */
  readonly cover: number;
  /** Hairs per square of the distance between the eyes. */
  readonly density: number;
  /** Length, distances between the eyes. */
  readonly length: number;
}

const LOOKS: Readonly<Record<Beard, Look>> = {
  full: { outlines: [[...JAW, ...OVER_THE_LIP]], cover: 0.75, density: 1500, length: 0.09 },
  goatee: { outlines: [CHIN, MOUSTACHE], cover: 0.7, density: 1500, length: 0.07 },
  moustache: { outlines: [MOUSTACHE], cover: 0.7, density: 1700, length: 0.06 },
  stubble: { outlines: [[...JAW, ...OVER_THE_LIP]], cover: 0.22, density: 1100, length: 0.016 },
};
const HAIRS = ['#17110d', '#2c1c12', '#452b18', '#77716b'];
const SPREAD_RAD = 0.5;

/** SVG of a beard on a face: a soft ground and single hairs, none on the lips. The same for the same seed. */
export function drawBeard(face: FaceFrame, kind: Beard, seed: number): string {
  const random = seededRandom(seed);
  const look = LOOKS[kind];
  const colour = HAIRS[Math.floor(random() * HAIRS.length)] ?? '#2c1c12';
  const lips = LIPS_OUTER.map((index) => face.vertex(index));
  const outlines = look.outlines.map((outline) => outline.map((index) => face.vertex(index)));
  const grounds = outlines
    .map((outline) => `<path fill-rule="evenodd" d="${closed(outline)} ${closed(lips)}"/>`)
    .join('');
  const hairs = outlines.flatMap((outline) => hairsIn(face, outline, lips, look, random)).join(' ');
  const soft = (0.05 * face.unitPx).toFixed(2);
  const stroke = Math.max(0.7, 0.011 * face.unitPx).toFixed(2);
  return `<defs><filter id="ground" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="${soft}"/></filter></defs>
<g fill="${colour}" opacity="${look.cover}" filter="url(#ground)">${grounds}</g>
<path d="${hairs}" fill="none" stroke="${colour}" stroke-opacity="0.55" stroke-width="${stroke}"/>`;
}

function hairsIn(
  face: FaceFrame,
  outline: readonly Point[],
  lips: readonly Point[],
  { density, length }: Look,
  random: () => number,
): string[] {
  const xs = outline.map(([x]) => x);
  const ys = outline.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const count = Math.round((density * width * height) / face.unitPx ** 2);
  return Array.from({ length: count }).flatMap(() => {
    const root: Point = [left + random() * width, top + random() * height];
    const angle = Math.PI / 2 + (2 * random() - 1) * SPREAD_RAD;
    const reach = length * (0.6 + 0.8 * random()) * face.unitPx;
    if (!isInside(root, outline) || isInside(root, lips)) return [];
    const [x, y] = root;
    const tip = [x + reach * Math.cos(angle), y + reach * Math.sin(angle)];
    return `M ${x.toFixed(1)} ${y.toFixed(1)} L ${tip.map((value) => value.toFixed(1)).join(' ')}`;
  });
}

const closed = (outline: readonly Point[]): string =>
  `M ${outline.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join(' L ')} Z`;

function isInside([x, y]: Point, outline: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [[ax, ay], [bx, by]] = [outline[i] ?? [0, 0], outline[j] ?? [0, 0]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
