import { levelLines, strongestWay, type Band, type LevelLines } from './level-lines.js';
import { skinLight } from './zones.js';
import type { UprightFace } from './upright-face.js';

/** Where a bridge crosses the nose: distances between the eyes. */
const BRIDGE = { left: -0.08, right: 0.08, top: -0.28, bottom: 0.2 } as const;
/** Lower rims pass below the eyes: half their width that is looked at, and how far down. */
const RIM_HALF_WIDTH = 0.25;
const RIM_BOTTOM = 0.5;
/** Room that lid and lashes need below the middle of the lower lid. */
const LID_CLEARANCE = 0.07;
const LEAST_LID = 0.06;
/** Middle of each lower lid. */
const EYES = [
  { side: -0.5, lid: 145 },
  { side: 0.5, lid: 374 },
] as const;

/**
 * How much looks like a frame: the geometric mean of the line across the bridge of the nose and of the fainter one of
 * the two below the eyes, over the light of the cheeks. A face that wears none has no line in at least one of the three places.
 */
export function glassesStrength(face: UprightFace): number {
  const lines = levelLines(face.luma);
  const bridge = strongestLine(lines, bandOf(face, BRIDGE));
  const rims = EYES.map(({ side, lid }) => {
    const top = Math.max(unitsBelowEyes(face, lid), LEAST_LID) + LID_CLEARANCE;
    const [left, right] = [side - RIM_HALF_WIDTH, side + RIM_HALF_WIDTH];
    return strongestLine(lines, bandOf(face, { left, right, top, bottom: Math.max(RIM_BOTTOM, top) }));
  });
  return Math.sqrt(bridge * Math.min(...rims)) / Math.max(skinLight(face), 1);
}

function strongestLine({ dark, light }: LevelLines, band: Band): number {
  return Math.max(strongestWay(dark, band), strongestWay(light, band));
}

function unitsBelowEyes(face: UprightFace, vertex: number): number {
  const [, eyes] = face.at(0, 0);
  const [, unit] = face.at(0, 1);
  return (face.vertex(vertex)[1] - eyes) / (unit - eyes);
}

/** A band in distances between the eyes, as pixels within the patch. */
function bandOf(face: UprightFace, { left, right, top, bottom }: Band): Band {
  const { luma } = face;
  const [x0, y0] = face.at(left, top);
  const [x1, y1] = face.at(right, bottom);
  const within = (value: number, size: number): number => Math.min(Math.max(Math.round(value), 0), size - 1);
  return {
    left: within(x0, luma.width),
    right: within(x1, luma.width),
    top: within(y0, luma.height),
    bottom: within(y1, luma.height),
  };
}
