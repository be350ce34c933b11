import type { Points68 } from './instruments.js';
import { mean, median } from './series.js';

const [OUTER_RIGHT, OUTER_LEFT] = [36, 45];
/** Without the outline of the jaw, which has no corners to be found at. */
const FEATURES = Array.from({ length: 51 }, (_, i) => i + 17);

function distance(points: Points68, a: number, b: number): number {
  return Math.hypot(
    (points[2 * a] ?? 0) - (points[2 * b] ?? 0),
    (points[2 * a + 1] ?? 0) - (points[2 * b + 1] ?? 0),
  );
}

/** Distance between the inner lips over the width between their corners. */
export function mouthOf(points: Points68): number {
  return distance(points, 62, 66) / Math.max(1e-6, distance(points, 60, 64));
}

/** Opening of both eyes over their width. */
export function lidsOf(points: Points68): number {
  const eye = (first: number): number =>
    (distance(points, first + 1, first + 5) + distance(points, first + 2, first + 4)) /
    Math.max(1e-6, 2 * distance(points, first, first + 3));
  return (eye(36) + eye(42)) / 2;
}

/** Features in a frame that the outer corners of the eyes span. */
function normalised(points: Points68): readonly number[] {
  const at = (i: number): readonly [number, number] => [points[2 * i] ?? 0, points[2 * i + 1] ?? 0];
  const [[ax, ay], [bx, by]] = [at(OUTER_RIGHT), at(OUTER_LEFT)];
  const [dx, dy] = [bx - ax, by - ay];
  const squared = Math.max(1e-6, dx * dx + dy * dy);
  return FEATURES.flatMap((i) => {
    const [x, y] = [at(i)[0] - (ax + bx) / 2, at(i)[1] - (ay + by) / 2];
    return [(x * dx + y * dy) / squared, (y * dx - x * dy) / squared];
  });
}

/**
 * Mean distance between where 51 features are moved and where the wearer moved them, in distances between the outer
 * corners of the eyes. Each face is compared with its own median: proportions do not count.
 */
export function pointError(wearers: readonly Points68[], avatars: readonly Points68[]): number {
  const moved = (faces: readonly Points68[]): readonly (readonly number[])[] => {
    const all = faces.map(normalised);
    const rest = (all[0] ?? []).map((_, i) => median(all.map((one) => one[i] ?? 0)));
    return all.map((one) => one.map((value, i) => value - (rest[i] ?? 0)));
  };
  const [wearer, avatar] = [moved(wearers), moved(avatars)];
  return mean(
    wearer.flatMap((one, frame) =>
      FEATURES.map((_, k) =>
        Math.hypot(
          (one[2 * k] ?? 0) - (avatar[frame]?.[2 * k] ?? 0),
          (one[2 * k + 1] ?? 0) - (avatar[frame]?.[2 * k + 1] ?? 0),
        ),
      ),
    ),
  );
}
