import type { VerifiedPermit } from '@guise/permit';
import type { SessionId } from '@guise/protocol';
import { RuntimeError } from './errors.js';
import { createEvidenceRecorder, type EvidenceRecorder, type EvidenceSummary } from './evidence/recorder.js';
import { createGate, type Gate, type Standing } from './gate.js';
import { createMarkAhead, type MarkAhead } from './mark-ahead.js';
import { createPermitKeeper, type PermitKeeper } from './permit-keeper.js';
import type {
  EvidenceCrypto,
  EvidenceSink,
  FrameSink,
  FrameSource,
  PermitSource,
  RuntimeClock,
} from './ports.js';
import type { ClosedReason } from './reasons.js';
import {
  createSessionProcessor,
  type PicturePorts,
  type SessionProcessor,
  type SessionStats,
} from './session-processor.js';
import { createStageTimes, type StageTime, type StageTimes } from './stage-times.js';

/** One session over a file. */
export interface MediaConfig {
  readonly source: FrameSource;
  readonly sink: FrameSink;
  readonly size: { readonly width: number; readonly height: number };
  readonly picture: PicturePorts;
  readonly authority: {
    readonly session: SessionId;
    /** The first permit. Without one there is nothing to call this with. */
    readonly permit: VerifiedPermit;
    readonly source: PermitSource;
    readonly crypto: EvidenceCrypto;
    readonly sink: EvidenceSink;
  };
  readonly clock: RuntimeClock & { readonly pause: (ms: number) => Promise<void> };
  /** Frames the source will deliver, where that is known; told to `onProgress` at the start. */
  readonly expectedFrames?: number | null;
  readonly onProgress?: (event: MediaProgress) => void;
  /** Hears how long the permission stands: before every frame is written, and at once when the gate is shut for good. */
  readonly onStanding?: (standing: Standing) => void;
}

export type MediaProgress =
  /** The authority gave its lease; the first frame is read now. */
  | { readonly type: 'start'; readonly expectedFrames: number | null }
  | { readonly type: 'frame'; readonly frames: number; readonly timestampMs: number }
  /** The gate opened (`reason` null) or shut, or the reason changed. */
  | { readonly type: 'gate'; readonly timestampMs: number; readonly reason: ClosedReason | null }
  /** A step of one frame failed, so the frame is a slate; or a question to the authority (`lease`, `renew`, `status`) did. */
  | { readonly type: 'fault'; readonly step: string; readonly error: unknown };

export interface MediaReport extends SessionStats {
  readonly evidence: EvidenceSummary;
  /** Frames that reached the sink with a timestamp not later than that of the frame written before. */
  readonly outOfOrder: number;
  /** From the start of the call to the first frame taken by the sink. */
  readonly firstFrameMs: number;
  /** From a frame's arrival to its acceptance by the sink. */
  readonly captureToOutputMs: { readonly median: number; readonly p95: number };
  readonly renewals: number;
  readonly stages: readonly StageTime[];
}

/**
 * Processes a whole file behind the gate, in order, frame by frame. The result is published (`sink.finish`) only when
 * all of its evidence is kept; otherwise the sink is aborted.
 * @throws RuntimeError `no-lease`, `no-status` before a frame is read; `evidence-failed`, `no-frames`; and what source and sink throw
 */
export async function processMedia(config: MediaConfig): Promise<MediaReport> {
  try {
    return await run(config);
  } catch (error) {
    await config.sink.abort();
    throw error;
  }
}

async function run(config: MediaConfig): Promise<MediaReport> {
  const times = createStageTimes(() => config.clock.monotonicMs());
  const startedMs = config.clock.monotonicMs();
  const session = openSession(config);
  try {
    return await runSession(config, session, times, startedMs);
  } finally {
    session.keeper.stop();
  }
}

async function runSession(
  config: MediaConfig,
  session: Session,
  times: StageTimes,
  startedMs: number,
): Promise<MediaReport> {
  await session.keeper.start();
  config.onProgress?.({ type: 'start', expectedFrames: config.expectedFrames ?? null });
  const flow = await pump(config, session, times, startedMs);
  const stats = session.processor.stats();
  if (stats.frames === 0) throw new RuntimeError('no-frames', 'The input holds no picture.');
  const evidence = await session.evidence.finish();
  if (evidence.failure !== null) throw withheld(evidence.failure);
  await config.sink.finish();
  return report(stats, times.summary(), { ...flow, evidence, renewals: session.keeper.renewals });
}

interface Session {
  readonly gate: Gate;
  readonly keeper: PermitKeeper;
  readonly evidence: EvidenceRecorder;
  readonly processor: SessionProcessor;
  readonly ahead: MarkAhead;
}

function openSession({ size, picture, authority, clock, onProgress, onStanding }: MediaConfig): Session {
  const binding = {
    avatarSha256: picture.renderer.avatarSha256,
    templateSha256: picture.wearer.sha256,
    sessionNumber: authority.permit.wear.watermark.session,
  };
  const gate = createGate(clock, binding, (shut) => onStanding?.({ shut }));
  const evidence = createEvidenceRecorder({
    ...authority,
    size,
    pause: clock.pause,
    onFailure: () => {
      gate.shut('evidence-failed');
    },
  });
  const onFault = (step: string, error: unknown) => onProgress?.({ type: 'fault', step, error });
  return {
    gate,
    keeper: createPermitKeeper({
      ...{ gate, source: authority.source, first: authority.permit, onFault },
      monotonicMs: () => clock.monotonicMs(),
    }),
    evidence,
    processor: createSessionProcessor({ size, picture, gate, evidence, clock, onFault }),
    ahead: createMarkAhead(picture.marker),
  };
}

/** Frame by frame from source to sink. Ends early when evidence is lost: the result is withheld then. */
async function pump(
  { source, sink, clock, onProgress, onStanding }: MediaConfig,
  { gate, keeper, evidence, processor, ahead }: Session,
  times: StageTimes,
  startedMs: number,
): Promise<{ readonly firstFrameMs: number; readonly outOfOrder: number }> {
  const progress = createProgress(onProgress);
  let firstFrameMs = 0;
  let outOfOrder = 0;
  let frames = 0;
  let writtenMs = Number.NEGATIVE_INFINITY;
  let waitingSinceMs = clock.monotonicMs();
  for await (const { frame, timestampMs } of source) {
    const arrivedMs = clock.monotonicMs();
    times.note('decode', arrivedMs - waitingSinceMs);
    frames += 1;
    keeper.tick();
    const result = await processor.processFrame(frame, timestampMs);
    if (evidence.failed) break;
    onStanding?.(gate.standing());
    await times.timeAsync('encode', () => sink.write(result.frame, timestampMs));
    if (timestampMs <= writtenMs) outOfOrder += 1;
    writtenMs = timestampMs;
    const doneMs = clock.monotonicMs();
    times.note('capture-to-output', doneMs - arrivedMs);
    if (frames === 1) firstFrameMs = doneMs - startedMs;
    progress(timestampMs, result.state === 'slate' ? result.reason : null);
    if (result.state === 'rendered') ahead.afterFrame(timestampMs);
    // Decoding's time begins where ours ends.
    waitingSinceMs = clock.monotonicMs();
  }
  return { firstFrameMs, outOfOrder };
}

function withheld(cause: unknown): RuntimeError {
  const message =
    'Evidence could not be kept, so the result is withheld. Check the authority and run it again.';
  return new RuntimeError('evidence-failed', message, { cause });
}

function report(
  stats: SessionStats,
  outer: readonly StageTime[],
  rest: Pick<MediaReport, 'evidence' | 'outOfOrder' | 'firstFrameMs' | 'renewals'>,
): MediaReport {
  const whole = outer.find(({ name }) => name === 'capture-to-output');
  const of = (name: string) => outer.filter((stage) => stage.name === name);
  return {
    ...stats,
    ...rest,
    captureToOutputMs: { median: whole?.medianMs ?? 0, p95: whole?.p95Ms ?? 0 },
    stages: [...of('decode'), ...stats.stages, ...of('encode')],
  };
}

function createProgress(
  listener: MediaConfig['onProgress'],
): (timestampMs: number, reason: ClosedReason | null) => void {
  let frames = 0;
  let last: ClosedReason | null | undefined;
  return (timestampMs, reason) => {
    frames += 1;
    if (reason !== last) listener?.({ type: 'gate', timestampMs, reason });
    last = reason;
    listener?.({ type: 'frame', frames, timestampMs });
  };
}
