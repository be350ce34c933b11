import { seededRandom } from '../identity.js';
import type { FaceFrame, Point } from './face-frame.js';

/** Frames as opticians tell them apart, by how much of them there is to see. */
export const GLASSES = ['acetate', 'wire', 'round', 'browline', 'clear', 'rimless'] as const;
export type Glasses = (typeof GLASSES)[number];

interface Look {
  /** Of the rim's upper and lower half, of bridge and temples: distances between the eyes. */
  readonly upper: number;
  readonly lower: number;
  readonly bridge: number;
  readonly colours: readonly string[];
  readonly opacity: number;
  /** Half the width and height of a lens, and how square it is: 2 is an ellipse. */
  readonly lens: readonly [width: number, height: number, squareness: number];
}

const DARK = ['#14110f', '#2b1a10', '#1a2233', '#3a1014'];
const METAL = ['#6d6a66', '#8d7443', '#2a2a2c', '#a3a3a8'];
const LOOKS: Readonly<Record<Glasses, Look>> = {
  acetate: { upper: 0.06, lower: 0.05, bridge: 0.06, colours: DARK, opacity: 1, lens: [0.39, 0.29, 3.2] },
  wire: { upper: 0.02, lower: 0.02, bridge: 0.022, colours: METAL, opacity: 0.95, lens: [0.38, 0.27, 2.8] },
  round: {
    ...{ upper: 0.026, lower: 0.026, bridge: 0.026, opacity: 0.95 },
    ...{ colours: [...METAL, ...DARK], lens: [0.36, 0.34, 2] },
  },
  browline: { upper: 0.07, lower: 0.014, bridge: 0.04, colours: DARK, opacity: 1, lens: [0.39, 0.3, 2.6] },
  clear: {
    ...{ upper: 0.055, lower: 0.05, bridge: 0.055, opacity: 0.4 },
    ...{ colours: ['#e9dccb', '#f3f3f3', '#d8b9a4'], lens: [0.39, 0.3, 3] },
  },
  rimless: { upper: 0.008, lower: 0.008, bridge: 0.02, colours: METAL, opacity: 0.7, lens: [0.38, 0.26, 3] },
};
/** Ends of the temples: where mesh and ear meet. */
const RIGHT_EAR = 127;
const LEFT_EAR = 356;
const STEPS = 48;

/** SVG of glasses on a face: rims, bridge, temples, their shadow and a reflection. The same for the same seed. */
export function drawGlasses(face: FaceFrame, kind: Glasses, seed: number): string {
  const random = seededRandom(seed);
  const look = LOOKS[kind];
  const colour = look.colours[Math.floor(random() * look.colours.length)] ?? '#14110f';
  const size = 0.92 + 0.16 * random();
  const drop = 0.03 + 0.07 * random();
  const [width, height, squareness] = look.lens;
  const rim = (side: -1 | 1, from: number, to: number): string =>
    line(
      face,
      Array.from({ length: STEPS + 1 }, (_, k) => {
        const angle = Math.PI * (from + ((to - from) * k) / STEPS);
        const bulge = (value: number): number => Math.sign(value) * Math.abs(value) ** (2 / squareness);
        return [
          side * 0.5 + size * width * bulge(Math.cos(angle)),
          drop + size * height * bulge(Math.sin(angle)),
        ];
      }),
    );
  const inner = 0.5 - size * width;
  const bridge = line(face, [
    [-inner, drop - 0.06],
    [-inner / 2, drop - 0.1],
    [inner / 2, drop - 0.1],
    [inner, drop - 0.06],
  ]);
  const temple = (side: -1 | 1, ear: number): string =>
    `${line(face, [[side * (0.5 + size * width), drop - 0.12]])} L ${face.vertex(ear).join(' ')}`;
  const stroke = (path: string, share: number): string =>
    `<path d="${path}" stroke-width="${(share * face.unitPx).toFixed(2)}"/>`;
  const frame = ([-1, 1] as const)
    .flatMap((side) => [
      stroke(rim(side, 1, 2), look.upper),
      stroke(rim(side, 0, 1), look.lower),
      stroke(temple(side, side < 0 ? RIGHT_EAR : LEFT_EAR), look.bridge),
    ])
    .concat(stroke(bridge, look.bridge))
    .join('');
  const glare = random() < 0.5 ? reflections(face, size * width, drop, random()) : '';
  const shadow = `translate(0 ${(0.05 * face.unitPx).toFixed(1)})`;
  const blur = (0.03 * face.unitPx).toFixed(2);
  return `<defs><filter id="soft"><feGaussianBlur stdDeviation="${blur}"/></filter></defs>
<g fill="none" stroke="#000" opacity="0.22" transform="${shadow}" filter="url(#soft)">${frame}</g>
${glare}<g fill="none" stroke="${colour}" stroke-opacity="${look.opacity}" stroke-linecap="round">${frame}</g>`;
}

/** A window in the lenses. */
function reflections(face: FaceFrame, width: number, drop: number, strength: number): string {
  const pane = (side: -1 | 1): string => {
    const x = side * 0.5 - 0.1;
    return line(face, [
      [x, drop - 0.16],
      [x + 0.5 * width, drop - 0.16],
      [x + 0.3 * width, drop + 0.1],
      [x - 0.2 * width, drop + 0.1],
    ]);
  };
  const opacity = (0.1 + 0.25 * strength).toFixed(2);
  return `<g fill="#e8f0ff" opacity="${opacity}" filter="url(#soft)"><path d="${pane(-1)} Z"/><path d="${pane(1)} Z"/></g>`;
}

function line(face: FaceFrame, points: readonly Point[]): string {
  return points
    .map((point, k) => {
      const [x, y] = face.toPicture(point);
      return `${k === 0 ? 'M' : 'L'} ${x.toFixed(2)} ${y.toFixed(2)}`;
    })
    .join(' ');
}
