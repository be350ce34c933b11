import type { LocalDetection } from '../detect-locally.js';
import { clockOf, runsOf, type SeenPicture, type TimelineRun } from './timeline.js';

/** More runs than these are left to `--json`. */
const MAX_RUNS = 40;

/** What a detection tells people, line by line, after the first sentence. */
export function describeDetection(found: LocalDetection): string[] {
  const { coverage, timeline, picture } = found;
  const lines = latestPictures(found).map(
    (seen) => `  session ${String(seen.session)}: ${placeOf(seen, picture)}`,
  );
  if (coverage.seconds <= 1) return lines;
  const runs = runsOf(timeline);
  lines.push(...runs.slice(0, MAX_RUNS).map(lineOf));
  if (runs.length > MAX_RUNS)
    lines.push(`  … ${String(runs.length - MAX_RUNS)} more: --json tells every second`);
  const glanced = timeline.filter(({ state }) => state === 'glanced').length;
  if (glanced > 0) {
    lines.push(
      `  Glanced at ${String(glanced)} seconds: looked where marked pictures were before and at the whole frame; another one may be missed there. For a full search: --from 1:00 --to 1:30`,
    );
  }
  if (coverage.read < coverage.seconds) {
    lines.push(
      `  Looked at ${String(coverage.read)} of ${String(coverage.seconds)} seconds; nothing is said of the others. For a closer look: --from 1:00 --to 3:00`,
    );
  }
  return lines;
}

function lineOf({ fromSecond, toSecond, read, glanced, sessions }: TimelineRun): string {
  const span = fromSecond === toSecond ? clockOf(fromSecond) : `${clockOf(fromSecond)}–${clockOf(toSecond)}`;
  const what = sessions.length === 0 ? 'no mark' : `marked, session ${sessions.join(', ')}`;
  const only = glanced === 0 ? '' : `, of these ${String(glanced)} s glanced at`;
  return `  ${span}  ${what} (${String(read)} s looked at${only})`;
}

/** Each session once, as it was seen last. */
function latestPictures({ timeline }: LocalDetection): SeenPicture[] {
  const latest = new Map<number, SeenPicture>();
  for (const entry of timeline)
    if ('pictures' in entry) for (const seen of entry.pictures) latest.set(seen.session, seen);
  return [...latest.values()];
}

/** The picture's place as its surrounding box, clipped to the frame. */
function placeOf({ region }: SeenPicture, { width, height }: LocalDetection['picture']): string {
  const span = (values: readonly number[], most: number): [number, number] => [
    Math.max(0, Math.min(...values)),
    Math.min(most, Math.max(...values)),
  ];
  const [left, right] = span(
    region.map(({ x }) => x),
    width,
  );
  const [top, bottom] = span(
    region.map(({ y }) => y),
    height,
  );
  const share = ((right - left) * (bottom - top)) / (width * height);
  if (share > 0.97) return 'the whole picture';
  return `${String(right - left)}×${String(bottom - top)} pixels at ${String(left)}, ${String(top)} of ${String(width)}×${String(height)}`;
}
