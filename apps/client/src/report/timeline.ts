import type { Coverage, TimelineEntry, Verdict } from '@guise/protocol';
import { isWholeFrame } from '@guise/verification';
import { html, joinHtml, type Html } from './markup.js';
import { utcTime, VERDICT_WORDS } from './words.js';

/** Seconds with the same verdict, one after another among those that were looked at. */
export interface TimelineRun {
  readonly fromSecond: number;
  readonly toSecond: number;
  readonly verdict: Verdict;
  readonly entries: readonly TimelineEntry[];
}

export function runsOf(timeline: readonly TimelineEntry[]): readonly TimelineRun[] {
  const runs: { fromSecond: number; toSecond: number; verdict: Verdict; entries: TimelineEntry[] }[] = [];
  for (const entry of timeline) {
    const last = runs.at(-1);
    if (last?.verdict === entry.verdict) {
      last.toSecond = entry.second;
      last.entries.push(entry);
    } else
      runs.push({
        fromSecond: entry.second,
        toSecond: entry.second,
        verdict: entry.verdict,
        entries: [entry],
      });
  }
  return runs;
}

const WIDTH = 1000;
const BAR_HEIGHT = 44;
/** Seconds of an hour are thinner than print can show. */
const LEAST_BAR_WIDTH = 0.8;
/** Heights differ too, so that verdicts can be told apart without colour. */
const HEIGHTS: Readonly<Record<Verdict, number>> = {
  authorised: 1,
  'not-authorised': 0.8,
  altered: 0.6,
  inconclusive: 0.4,
  unmarked: 0.2,
};

/** Picture of the whole material, one bar a second. The table beside it says the same in words. */
export function timelineFigure(timeline: readonly TimelineEntry[], { seconds, read }: Coverage): Html {
  const step = WIDTH / seconds;
  const gap = Math.min(2, step / 6);
  const width = Math.max(LEAST_BAR_WIDTH, step - gap);
  const bars = timeline.map(({ second, verdict }) => {
    const height = HEIGHTS[verdict] * BAR_HEIGHT;
    const label = `second ${String(second)}: ${VERDICT_WORDS[verdict].title.toLowerCase()}`;
    return html`<rect
      class="${verdict}"
      fill="currentColor"
      x="${(second * step).toFixed(2)}"
      y="${(BAR_HEIGHT - height).toFixed(1)}"
      width="${width.toFixed(2)}"
      height="${height.toFixed(1)}"
      rx="2"
      ><title>${label}</title></rect
    >`;
  });
  const summary = runsOf(timeline)
    .map(
      ({ fromSecond, toSecond, verdict }) =>
        `${spanOf(fromSecond, toSecond)}: ${VERDICT_WORDS[verdict].title.toLowerCase()}`,
    )
    .join('; ');
  return html`<figure>
    <svg
      viewBox="0 0 ${WIDTH} ${BAR_HEIGHT + 22}"
      role="img"
      aria-label="Verdict for each second. ${summary}"
    >
      <line x1="0" y1="${BAR_HEIGHT + 0.5}" x2="${WIDTH}" y2="${BAR_HEIGHT + 0.5}" stroke="#8b98a5" />
      ${bars}${axis(seconds, step)}
    </svg>
    <figcaption>
      ${read < seconds ? SAMPLED : 'One bar for each second of the submitted file.'} ${legend(timeline)}
    </figcaption>
  </figure>`;
}

const SAMPLED =
  'One bar for each second that was looked at; nothing is said of the seconds without a bar, which were not.';

function axis(seconds: number, step: number): Html {
  const every =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((tick) => seconds / tick <= 14) ?? 7200;
  const ticks: Html[] = [];
  for (let second = 0; second < seconds; second += every) {
    ticks.push(
      html`<text x="${(second * step).toFixed(1)}" y="${BAR_HEIGHT + 17}" font-size="13" fill="#55636f"
        >${clockOf(second)}</text
      >`,
    );
  }
  return joinHtml(ticks);
}

function legend(timeline: readonly TimelineEntry[]): string {
  const present = [...new Set(timeline.map(({ verdict }) => verdict))];
  return (
    present
      .map(
        (verdict) =>
          `${VERDICT_WORDS[verdict].title}: ${String(timeline.filter((entry) => entry.verdict === verdict).length)} s`,
      )
      .join(', ') + '.'
  );
}

/** Table of the runs; each single second where the material is short enough to read. */
export function timelineTable(timeline: readonly TimelineEntry[]): Html {
  const single = timeline.length <= 60;
  const rows = single
    ? timeline.map((entry) => rowOf(clockOf(entry.second), entry.verdict, [entry]))
    : runsOf(timeline).map((run) => rowOf(labelOf(run), run.verdict, run.entries));
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${single ? 'Second' : 'Seconds'}</th>
        <th scope="col">Verdict</th>
        <th scope="col">Rendered at</th>
        <th scope="col" class="number">Epoch</th>
        <th scope="col">Shown</th>
        <th scope="col" class="number">Distance</th>
        <th scope="col" class="number">Face</th>
        <th scope="col" class="number">Tag (z)</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function rowOf(label: string, verdict: Verdict, entries: readonly TimelineEntry[]): Html {
  const first = entries[0];
  const last = entries.at(-1);
  const rendered = first?.renderedAt ?? null;
  const epochs = [first?.epoch, last?.epoch].filter((epoch) => epoch !== null && epoch !== undefined);
  return html`<tr>
    <td>${label}</td>
    <td class="state ${verdict}">${VERDICT_WORDS[verdict].symbol} ${VERDICT_WORDS[verdict].title}</td>
    <td>${rendered === null ? '–' : utcTime(rendered)}</td>
    <td class="number">${[...new Set(epochs)].join('–') || '–'}</td>
    <td>${shownAs(first)}</td>
    <td class="number">${middleOf(entries.map((entry) => entry.fingerprintDistance))}</td>
    <td class="number">${middleOf(entries.map((entry) => entry.faceDistance))}</td>
    <td class="number">${middleOf(entries.map((entry) => entry.epochTagZ))}</td>
  </tr>`;
}

/** Where the marked pictures of a second lie, unless one of them is all of the frame. */
function shownAs({ pictures, share }: Partial<TimelineEntry> = {}): string {
  if (pictures === undefined || pictures.length === 0) return '–';
  const places = pictures.map(({ region }) => placeOf(region));
  const rest =
    share === undefined || share === null || isWholeFrame(share)
      ? ''
      : `, ${(100 * share).toFixed(0)} % of the frame`;
  return pictures.length === 1 && rest === '' ? 'whole frame' : `${places.join('; ')}${rest}`;
}

/** The box around a picture, in hundredths of the frame. */
function placeOf(region: TimelineEntry['pictures'][number]['region']): string {
  const span = (values: readonly number[]): string =>
    [Math.min(...values), Math.max(...values)]
      .map((value) => (100 * Math.max(0, Math.min(1, value))).toFixed(0))
      .join('–');
  return `x ${span(region.map(({ x }) => x))} %, y ${span(region.map(({ y }) => y))} %`;
}

function middleOf(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)]?.toFixed(1) ?? '–';
}

function clockOf(second: number): string {
  return `${String(Math.floor(second / 60))}:${String(second % 60).padStart(2, '0')}`;
}

function labelOf({ fromSecond, toSecond, entries }: TimelineRun): string {
  const span = spanOf(fromSecond, toSecond);
  const all = toSecond - fromSecond + 1 === entries.length;
  return all ? span : `${span}, ${String(entries.length)} looked at`;
}

function spanOf(from: number, to: number): string {
  return from === to ? clockOf(from) : `${clockOf(from)}–${clockOf(to)}`;
}
