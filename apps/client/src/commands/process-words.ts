import type { ClosedReason, MediaProgress, SessionStats } from '@guise/runtime';
import type { CommandContext } from '../context.js';
import type { ProcessPlan } from '../dialect/options.js';
import { EXIT_CODES } from '../exit-codes.js';
import type { ProcessReport } from '../pipeline/index.js';
import type { Grant } from '../session/open-session.js';

/** Of both commands that wear an avatar. */
export const FILL_LIGHT_HELP =
  'lift the shadows of the camera picture while the face is dark: it is found, and an overlay lies in better light';
export const DENOISE_HELP = 'take the noise out of the camera picture where nothing moves';

/** What came of wearing an avatar in a recording. */
export interface ProcessOutcome {
  readonly exitCode: number;
  readonly report: ProcessReport;
  readonly session: string;
}

export function tellPermit({ output }: CommandContext, { permit, session }: Grant): void {
  const { jti, exp } = permit.claims;
  output.say(
    {
      type: 'permit',
      jti,
      session,
      avatar: permit.wear.avatar,
      consent: permit.wear.consent,
      approvals: permit.wear.approvals.length,
      expiresAt: exp,
    },
    `Permit ${jti} verified: ${permit.wear.purpose}, ${permit.wear.audience}, consent ${permit.wear.consent}, ${String(permit.wear.approvals.length)} approval(s).`,
  );
}

export function tellGate({ output }: CommandContext, event: MediaProgress): void {
  if (event.type !== 'gate' || !output.json) return;
  output.say(
    { type: 'gate', open: event.reason === null, reason: event.reason, atMs: event.timestampMs },
    '',
  );
}

/** The picture alone explains these: nobody is there, or it is not known yet who is. */
const HARMLESS: readonly ClosedReason[] = ['no-face', 'wearer-unchecked'];

/** Every second with a face showed the avatar. */
export function showsAvatar({ renderedFrames, slateFrames }: SessionStats): boolean {
  const reasons = Object.keys(slateFrames);
  const harmless = reasons.every((reason) => HARMLESS.some((known) => known === reason));
  return renderedFrames > 0 && harmless;
}

export function exitOf(report: ProcessReport): number {
  return showsAvatar(report) ? EXIT_CODES.ok : EXIT_CODES.gateShut;
}

export function tellResult(
  { output }: CommandContext,
  plan: ProcessPlan,
  { report, session, exitCode }: ProcessOutcome,
): void {
  const { mode, frames, renderedFrames, slateFrames, rawFrames, stages, firstFrameMs, renewals } = report;
  const slates = Object.entries(slateFrames).map(([reason, count]) => `${String(count)} ${reason}`);
  output.say(
    {
      type: 'processed',
      output: plan.output,
      session,
      exitCode,
      mode,
      frames,
      renderedFrames,
      slateFrames,
      rawFrames,
      stages,
      firstFrameMs,
      renewals,
    },
    `${plan.output}: ${String(renderedFrames)} of ${String(frames)} frames show the avatar (${mode})${slates.length === 0 ? '' : `; slate: ${slates.join(', ')}`}. Session ${session}.`,
  );
}
