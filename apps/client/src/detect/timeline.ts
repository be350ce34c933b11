import type { Outline } from 'invisible-watermark-ts';

/** A marked picture as it was seen in one second. */
export interface SeenPicture {
  readonly session: number;
  /** Second of its session, modulo 57,600, as the mark hints; null when too weak to say. */
  readonly epochHint: number | null;
  /** Its corners in the pictures of the file, clockwise from its own top left, in pixels. */
  readonly region: Outline;
  /** log10 of the probability that unmarked material looks like this. */
  readonly confidenceLog10: number;
}

/** What was seen of a second. */
export interface SeenSecond {
  readonly pictures: readonly SeenPicture[];
  /** Looked only where marked pictures were before and at the frame as a whole: an inset that came since may be missed. */
  readonly isGlance: boolean;
}

/**
 * One second of the file. `read`: searched, these marked pictures were found (none: no mark was found in it). `glanced`: looked
 * at only where marked pictures were before and at the frame as a whole; one elsewhere may have been missed. `between`: not
 * looked at, but seconds before and after it were. `unread`: not looked at. Nothing is claimed of the latter two.
 */
export type TimelineSecond =
  | {
      readonly second: number;
      readonly state: 'read' | 'glanced';
      readonly pictures: readonly SeenPicture[];
    }
  | { readonly second: number; readonly state: 'between' | 'unread' };

/** Seconds that were looked at, in order, with the same sessions to be seen. */
export interface TimelineRun {
  readonly fromSecond: number;
  readonly toSecond: number;
  /** How many seconds were looked at from the first to the last, and how many of these only glanced at. */
  readonly read: number;
  readonly glanced: number;
  readonly sessions: readonly number[];
}

/** Every second from `from` to before `to`, with what was seen in those that were looked at. */
export function timelineOf(
  seen: ReadonlyMap<number, SeenSecond>,
  from: number,
  to: number,
): TimelineSecond[] {
  const read = [...seen.keys()];
  const [first, last] = [Math.min(...read), Math.max(...read)];
  return Array.from({ length: Math.max(0, to - from) }, (_, i): TimelineSecond => {
    const second = from + i;
    const found = seen.get(second);
    if (found !== undefined)
      return { second, state: found.isGlance ? 'glanced' : 'read', pictures: found.pictures };
    return { second, state: first < second && second < last ? 'between' : 'unread' };
  });
}

/** The seconds looked at, joined while the same sessions are to be seen. */
export function runsOf(timeline: readonly TimelineSecond[]): TimelineRun[] {
  const runs: TimelineRun[] = [];
  for (const entry of timeline) {
    if (entry.state !== 'read' && entry.state !== 'glanced') continue;
    const glanced = entry.state === 'glanced' ? 1 : 0;
    const sessions = [...new Set(entry.pictures.map(({ session }) => session))].sort((a, b) => a - b);
    const last = runs.at(-1);
    if (last?.sessions.join() === sessions.join())
      runs[runs.length - 1] = {
        ...{ ...last, toSecond: entry.second },
        ...{ read: last.read + 1, glanced: last.glanced + glanced },
      };
    else runs.push({ fromSecond: entry.second, toSecond: entry.second, read: 1, glanced, sessions });
  }
  return runs;
}

/** Seconds as people write them: 1:02:03, 2:03 or 0:03. */
export function clockOf(second: number): string {
  const [hours, minutes, seconds] = [
    Math.floor(second / 3600),
    Math.floor(second / 60) % 60,
    Math.floor(second) % 60,
  ];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0
    ? `${String(hours)}:${two(minutes)}:${two(seconds)}`
    : `${String(minutes)}:${two(seconds)}`;
}

/** Reads 1:02:03, 2:03, 95 or 95.5 as seconds; null when it is none of them. */
export function parseClock(text: string): number | null {
  const match = /^(?:(?:(\d{1,4}):)?(\d{1,3}):)?(\d{1,6}(?:\.\d{1,3})?)$/.exec(text);
  if (match === null) return null;
  return 3600 * Number(match[1] ?? 0) + 60 * Number(match[2] ?? 0) + Number(match[3]);
}
