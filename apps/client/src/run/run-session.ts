import { captureFrames, chooseCamera, listCameras, rateValue, type CaptureSource } from '@guise/media';
import {
  createRealTimeProcessor,
  RuntimeError,
  type RealTimeEvent,
  type RealTimeReport,
} from '@guise/runtime';
import { renderSlate } from '@guise/frame';
import { openPairedClient, type PairedClient } from '../authority.js';
import { admitToMode } from '../avatar/face-attributes.js';
import { CliError } from '../cli-error.js';
import { nowSecondsOf, type CommandContext } from '../context.js';
import { asCliError } from '../failure.js';
import { openSession, type Grant } from '../session/open-session.js';
import { loadBundle, type LoadedBundle, type WearTerms } from '../session/terms.js';
import { openOutput, requireOutput } from './open-output.js';
import type { InputWish, RunPlan } from './plan.js';
import { SHARED_CLOCK } from './shared-clock.js';
import { startRenderThread } from './start-render-thread.js';

/** Longest session of one permit's key chain: nobody sits in a meeting for longer. */
const CHAIN_SECONDS = 12 * 3600;
/** The last frames, the evidence and the file are completed within this time after Ctrl-C. */
const END_MS = 60_000;

/** What a session tells on its way. */
export type RunEvent =
  | RealTimeEvent
  | { readonly type: 'camera'; readonly state: 'opened' | 'lost' | 'back'; readonly message: string };

export interface RunOutcome {
  readonly report: RealTimeReport;
  readonly session: string;
}

export interface RunListener {
  readonly onGrant: (grant: Grant) => void;
  readonly onEvent: (event: RunEvent) => void;
}

/**
 * One live session: permission first, then the camera. Ends with Ctrl-C, the end of a recording, or the time that was asked for, and
 * always properly: what was captured is rendered, its evidence kept, the session closed.
 * @throws CliError, MediaError, PermitError, RuntimeError
 */
export async function runSession(
  context: CommandContext,
  plan: RunPlan,
  listener: RunListener,
): Promise<RunOutcome> {
  const client = await openPairedClient(context);
  const bundle = await loadBundle(plan.source);
  for (const notice of await admitToMode(bundle, plan.mode, plan.bareFace))
    context.output.say({ type: 'notice', notice }, `note: ${notice}`);
  const source = await chooseSource(plan.input);
  await requireOutput(plan.output);
  const { avatar, purpose, audience, meeting } = plan;
  const terms = { avatar, avatarSha256: bundle.sha256, purpose, audience, meeting };
  const now = nowSecondsOf(context);
  const grant = await openSession(client, terms, now, { seconds: plan.seconds ?? CHAIN_SECONDS });
  listener.onGrant(grant);
  let reason: 'finished' | 'failed' = 'failed';
  try {
    const report = await wear(context, { plan, bundle, source, terms, grant }, listener.onEvent);
    reason = 'finished';
    return { report, session: grant.session };
  } finally {
    await closeSession(context, client, grant, reason);
  }
}

/** @throws MediaError `camera-missing` */
async function chooseSource(wish: InputWish): Promise<CaptureSource> {
  if (wish.kind !== 'camera') return wish;
  const { device, name } = chooseCamera(await listCameras(), wish.wanted);
  return { kind: 'camera', device, name };
}

interface Wearing {
  readonly plan: RunPlan;
  readonly bundle: LoadedBundle;
  readonly source: CaptureSource;
  readonly terms: WearTerms;
  readonly grant: Grant;
}

/** The first that opens the camera. */
async function wear(
  context: CommandContext,
  { plan, bundle, source, terms, grant }: Wearing,
  onEvent: (event: RunEvent) => void,
): Promise<RealTimeReport> {
  const { size, fps, mode, camera, executionProviders, labelPosition, ownModels } = plan;
  const framesPerSecond = rateValue(fps);
  const capture = new AbortController();
  const sink = await openOutput(plan.output, { ...size, fps }, context.streams.stdout);
  let started = false;
  let tellReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve;
  });
  const frames = captureFrames(source, {
    ...{ size, fps, signal: capture.signal },
    onLost: ({ message }) => {
      onEvent({ type: 'camera', state: 'lost', message });
    },
    onBack: () => {
      onEvent({ type: 'camera', state: 'back', message: 'The camera is back.' });
    },
  });
  const processor = createRealTimeProcessor({
    ...{ size, sink, slate: renderSlate, clock: SHARED_CLOCK, framesPerSecond },
    // Of a recording, nothing is to pass by unseen while everything is loaded; a camera takes its own time to open meanwhile.
    camera: source.kind === 'file' ? framesAfter(ready, frames) : frames,
    startRenderer: (memory, onProgress) =>
      startRenderThread(
        {
          ...{ memory, config: context.config, terms, bundle: bundle.bytes, grant: secretsOf(grant) },
          ...{ mode, camera, size, framesPerSecond, executionProviders, labelPosition, ownModels },
        },
        onProgress,
      ),
    onEvent(event) {
      if (event.type === 'start') {
        started = true;
        tellReady();
      }
      onEvent(event);
      // A session that never began has nothing to show; one that failed later shows the slate until the user ends it.
      if (event.type === 'failed' && !started) end();
    },
  });
  const end = (): void => {
    processor.stop();
    capture.abort();
  };
  context.takeTimeToEnd(END_MS);
  context.signal.addEventListener('abort', end);
  const timer = plan.seconds === null ? undefined : setTimeout(end, plan.seconds * 1000);
  try {
    return await processor.finished;
  } catch (error) {
    throw whatThreadMet(error);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', end);
    capture.abort();
  }
}

async function* framesAfter<T>(ready: Promise<unknown>, frames: AsyncIterable<T>): AsyncGenerator<T> {
  await ready;
  yield* frames;
}

function secretsOf({ permit, session, watermarkKey, chainSeed, chain }: Grant) {
  return { permit: permit.jws, session, watermarkKey, chainSeed, chainLength: chain.length };
}

/** What the thread says of itself tells more than that it ended. */
function whatThreadMet(error: unknown): unknown {
  const isThreads = error instanceof RuntimeError && error.code === 'renderer-failed';
  return isThreads && error.cause instanceof CliError ? error.cause : error;
}

async function closeSession(
  context: CommandContext,
  client: PairedClient,
  grant: Grant,
  reason: 'finished' | 'failed',
): Promise<void> {
  await client.deviceApi.close(grant.session, reason).catch((error: unknown) => {
    const { message } = asCliError(error);
    context.streams.stderr.write(`note: the session could not be closed: ${message}\n`);
  });
}
