import { SLATE_TEXT, type FlowCounts, type OutputReason, type QualityRung } from '@guise/runtime';
import type { ExitName } from '../exit-codes.js';
import { asCliError } from '../failure.js';
import type { Output } from '../output/output.js';
import type { RunEvent, RunOutcome } from './run-session.js';

/** What the meeting sees of a rung, in words. */
const RUNG_WORDS: Readonly<Record<QualityRung, string>> = {
  full: 'full quality',
  'no-enhancement': 'without enhancement',
  'held-light': 'the light on the face stays as it is',
  'half-tracking': 'a still face is measured in every second frame',
  'half-size': 'drawn at half size',
  'half-rate': 'half the frame rate',
  'quarter-rate': 'a quarter of the frame rate',
  slate: 'the slate: this computer does not keep up',
};

/** Statistics are for programs: people see what changes. */
export function tellEvent(output: Output, event: RunEvent): void {
  switch (event.type) {
    case 'start':
      output.say({ type: 'started' }, 'The authority gave its lease.');
      return;
    case 'camera':
      output.say({ type: 'camera', state: event.state, message: event.message }, event.message);
      return;
    case 'gate':
      output.say(
        {
          type: 'gate',
          open: event.reason === null,
          reason: event.reason,
          atMs: Math.round(event.timestampMs),
        },
        event.reason === null ? 'The avatar is shown.' : `The slate is shown: ${textOf(event.reason)}.`,
      );
      return;
    case 'output':
      output.say(
        { type: 'output', reason: event.reason },
        event.reason === null ? 'Frames pass again.' : `The slate is shown: ${textOf(event.reason)}.`,
      );
      return;
    case 'quality': {
      const { from, to, p95Ms, budgetMs, slowest } = event;
      const times = { p95Ms: tenth(p95Ms), budgetMs: tenth(budgetMs), slowest };
      output.say(
        { type: 'quality', from, to, ...times },
        `Quality: ${RUNG_WORDS[to]} (a frame took ${String(times.p95Ms)} of ${String(times.budgetMs)} ms).`,
      );
      return;
    }
    case 'stats':
      if (output.json) output.say({ ...event }, '');
      return;
    case 'fault':
      if (output.json)
        output.say({ type: 'fault', step: event.step, message: asCliError(event.error).message }, '');
      return;
    case 'failed': {
      const { message } = asCliError(event.error);
      output.say(
        { type: 'failed', message },
        `The session failed: ${message}. The slate is shown until you end it.`,
      );
    }
  }
}

const textOf = (reason: OutputReason): string => {
  if (reason === 'starting') return 'everything is being loaded';
  if (reason === 'stalled') return 'no frame was finished for half a second';
  return reason === 'no-camera' ? 'the camera gives no picture' : SLATE_TEXT[reason].toLowerCase();
};

export interface RanOutcome extends RunOutcome {
  readonly exit: ExitName;
  readonly exitCode: number;
}

export function tellEnd(output: Output, { report, session, exitCode }: RanOutcome, target: string): void {
  const { session: inside, output: shown } = report;
  const { frames, renderedFrames, slateFrames, rawFrames, stages, firstFrameMs, renewals, qualityFrames } =
    inside;
  const slates = Object.entries(slateFrames).map(([reason, count]) => `${String(count)} ${reason}`);
  output.say(
    {
      ...{ type: 'ran', output: target, session, exitCode, ...flowOf(report) },
      ...{ frames, renderedFrames, slateFrames, rawFrames, outputSlates: shown.slates, shown: shown.shown },
      ...{ outOfOrder: shown.outOfOrder, captureToOutputMs: shown.captureToOutputMs, firstFrameMs },
      ...{ renewals, qualityFrames, stages },
    },
    [
      `${String(renderedFrames)} of ${String(frames)} frames showed the avatar${slates.length === 0 ? '' : `; slate: ${slates.join(', ')}`}.`,
      `Raw camera frames in the output: ${String(rawFrames)}. Session ${session}, ${target}.`,
    ].join(' '),
  );
}

const flowOf = (counts: FlowCounts): FlowCounts => ({
  captured: counts.captured,
  droppedBeforeRendering: counts.droppedBeforeRendering,
  finished: counts.finished,
  droppedBeforeShowing: counts.droppedBeforeShowing,
});

const tenth = (ms: number): number => Math.round(ms * 10) / 10;
