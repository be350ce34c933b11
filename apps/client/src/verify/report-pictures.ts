import { fillBox, i420ToRgb, rgbToI420, scaleI420, type Box, type I420Frame } from '@guise/frame';
import { decodeImage, encodePng, MediaError, probe } from '@guise/media';
import type { TimelineEntry, VerificationReport } from '@guise/protocol';
import { framesAt } from '../frames-at.js';
import type { ReportPicture } from '../report/html-report.js';
import { VERDICT_WORDS } from '../report/words.js';

/** Width of the pictures in a report: legible on paper, small in the file. */
const PICTURE_WIDTH = 640;
const MAX_PICTURES = 3;
/** Tiles of a fingerprint: four rows of four. */
const TILES_PER_SIDE = 4;

/**
 * Pictures of the material for the report: seconds that stand for it, altered tiles outlined. They only illustrate: where
 * this machine cannot decode the file, the report goes without.
 */
export async function picturesFor(
  file: string,
  report: VerificationReport,
): Promise<readonly ReportPicture[]> {
  try {
    return await illustrate(file, report);
  } catch (error) {
    if (error instanceof MediaError) return [];
    throw error;
  }
}

async function illustrate(file: string, report: VerificationReport): Promise<readonly ReportPicture[]> {
  if ((await probe(file)).kind === 'image') {
    const frame = rgbToI420(await decodeImage(file));
    return [await pictureOf(frame, report.timeline[0], 'The picture submitted')];
  }
  const chosen = chooseSeconds(report.timeline);
  const frames = await framesAt(
    file,
    chosen.map(({ second }) => second + 0.5),
  );
  return Promise.all(
    frames.map((frame, i) => {
      const entry = chosen[i];
      const when =
        entry === undefined
          ? ''
          : `Second ${String(entry.second)}: ${VERDICT_WORDS[entry.verdict].title.toLowerCase()}`;
      return pictureOf(frame, entry, when);
    }),
  );
}

/** Altered seconds first, because they are what the reader asks about; then evenly over the rest. */
export function chooseSeconds(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const altered = timeline.filter(({ verdict }) => verdict === 'altered').slice(0, 1);
  const rest = timeline.filter((entry) => !altered.includes(entry));
  const wanted = Math.min(MAX_PICTURES - altered.length, rest.length);
  const spread = Array.from(
    { length: wanted },
    (_, i) => rest[Math.floor(((i + 0.5) * rest.length) / wanted)],
  );
  return [...altered, ...spread.filter((entry) => entry !== undefined)].sort((a, b) => a.second - b.second);
}

async function pictureOf(
  frame: I420Frame,
  entry: TimelineEntry | undefined,
  caption: string,
): Promise<ReportPicture> {
  const height = Math.max(2, 2 * Math.round((frame.height * PICTURE_WIDTH) / frame.width / 2));
  const picture = scaleI420(frame, PICTURE_WIDTH, height);
  const tiles = entry?.alteredTiles ?? [];
  for (const tile of tiles) outline(picture, tileBox(picture, tile));
  const words = tiles.length === 0 ? caption : `${caption}; outlined: not what was rendered`;
  return { caption: words, png: await encodePng(i420ToRgb(picture)) };
}

function tileBox({ width, height }: I420Frame, tile: number): Box {
  const [column, row] = [tile % TILES_PER_SIDE, Math.floor(tile / TILES_PER_SIDE)];
  return {
    x: (column * width) / TILES_PER_SIDE,
    y: (row * height) / TILES_PER_SIDE,
    width: width / TILES_PER_SIDE,
    height: height / TILES_PER_SIDE,
  };
}

const LINE_PX = 4;
/** Red in limited-range BT.709 codes. */
const RED = { y: 63, u: 102, v: 240 } as const;

function outline(picture: I420Frame, box: Box): void {
  const edges: readonly Box[] = [
    { ...box, height: LINE_PX },
    { ...box, y: box.y + box.height - LINE_PX, height: LINE_PX },
    { ...box, width: LINE_PX },
    { ...box, x: box.x + box.width - LINE_PX, width: LINE_PX },
  ];
  for (const edge of edges) fillBox(picture, edge, RED.y, RED.u, RED.v);
}
