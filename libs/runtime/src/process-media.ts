import type { VerifiedPermit } from '@guise/permit';
import type { SessionId } from '@guise/protocol';
import { CAMERA_STAGES, type CameraWishes } from './camera/camera-care.js';
import { RuntimeError } from './errors.js';
import { drawsHalfSize } from './drawing-sheet.js';
import { createEvidenceRecorder, type EvidenceSummary } from './evidence/recorder.js';
import { pumpFrames, type Flow, type Session } from './frame-pump.js';
import { createGate, type Standing } from './gate.js';
import { createMarkAhead } from './mark-ahead.js';
import { createPermitKeeper } from './permit-keeper.js';
import type {
  EvidenceCrypto,
  EvidenceSink,
  FrameSink,
  FrameSource,
  PermitSource,
  RuntimeClock,
} from './ports.js';
import { createQualityLadder, type QualityChange } from './quality/ladder.js';
import { rungsOf, type QualityRung } from './quality/rungs.js';
import type { ClosedReason } from './reasons.js';
import { createSessionProcessor, type PicturePorts, type SessionStats } from './session-processor.js';
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
  /**
   * A camera rather than a file: the quality follows what this machine can do at this rate, and the permission is kept while no
   * frame comes.
   */
  readonly live?: { readonly framesPerSecond: number } | undefined;
  /** What is done to the camera's picture before anything else sees it; nothing unless told. */
  readonly camera?: CameraWishes | undefined;
  readonly onProgress?: (event: MediaProgress) => void;
  /** Hears how long the permission stands: before every frame is written, and at once when the gate is shut for good. */
  readonly onStanding?: (standing: Standing) => void;
}

export type MediaProgress =
  /** The authority gave its lease; the first frame is read now. */
  | { readonly type: 'start'; readonly expectedFrames: number | null }
  | {
      readonly type: 'frame';
      readonly frames: number;
      readonly timestampMs: number;
      /** Of all frames so far; the only acceptable value is 0. */
      readonly rawFrames: number;
    }
  /** The gate opened (`reason` null) or shut, or the reason changed. */
  | { readonly type: 'gate'; readonly timestampMs: number; readonly reason: ClosedReason | null }
  /** A live session gives up some quality, or takes it back. */
  | ({ readonly type: 'quality'; readonly timestampMs: number } & QualityChange)
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
  /** Frames on each rung of the quality ladder; of a file, none. */
  readonly qualityFrames: Readonly<Partial<Record<QualityRung, number>>>;
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
  const startedMs = config.clock.monotonicMs();
  const session = openSession(config);
  const times = createStageTimes(
    () => config.clock.monotonicMs(),
    (name, ms) => {
      if (CAMERA_STAGES.includes(name)) session.quality?.noteStage(name, ms);
    },
  );
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
  const { live, source, sink, clock, camera, onProgress, onStanding } = config;
  const liveFrameMs = live === undefined ? null : 1000 / live.framesPerSecond;
  const flow = await pumpFrames(
    { source, sink, size: config.size, clock, camera, onProgress, onStanding, liveFrameMs },
    session,
    times,
    startedMs,
  );
  const stats = session.processor.stats();
  if (stats.frames === 0) throw new RuntimeError('no-frames', 'The input holds no picture.');
  const evidence = await session.evidence.finish();
  if (evidence.failure !== null) throw withheld(evidence.failure);
  await config.sink.finish();
  return report(stats, times.summary(), {
    ...{ ...flow, evidence, renewals: session.keeper.renewals },
    qualityFrames: session.quality?.frames() ?? {},
  });
}

function openSession(config: MediaConfig): Session {
  const { size, picture, authority, clock, onProgress, onStanding } = config;
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
  const quality = openLadder(config);
  const onFault = (step: string, error: unknown) => onProgress?.({ type: 'fault', step, error });
  return {
    gate,
    keeper: createPermitKeeper({
      ...{ gate, source: authority.source, first: authority.permit, onFault },
      monotonicMs: () => clock.monotonicMs(),
    }),
    evidence,
    processor: createSessionProcessor({
      ...{ size, picture, gate, evidence, clock, onFault },
      quality: quality === null ? undefined : () => quality.settings,
      onStage: (name, ms) => {
        if (!OTHERS_STAGES.has(name)) quality?.noteStage(name, ms);
      },
    }),
    ahead: createMarkAhead(picture.marker),
    quality,
  };
}

/**
 * No work of this thread's own: `record` may wait for the authority, `sight` is another thread's (`track` is what this one waits for
 * it). `render-core` is the sum of others.
 */
const OTHERS_STAGES: ReadonlySet<string> = new Set(['record', 'sight', 'render-core']);

function openLadder({ live, size, picture, camera }: MediaConfig): Session['quality'] {
  if (live === undefined) return null;
  const { renderer, enhancer } = picture;
  const rungs = rungsOf({
    enhancement: enhancer !== undefined || camera?.denoise === true,
    light: renderer.followLight !== undefined,
    size: drawsHalfSize(size, renderer),
  });
  return createQualityLadder(rungs, 1000 / live.framesPerSecond);
}

function withheld(cause: unknown): RuntimeError {
  const message =
    'Evidence could not be kept, so the result is withheld. Check the authority and run it again.';
  return new RuntimeError('evidence-failed', message, { cause });
}

function report(
  stats: SessionStats,
  outer: readonly StageTime[],
  rest: Pick<MediaReport, 'evidence' | 'renewals' | 'qualityFrames'> & Flow,
): MediaReport {
  const whole = outer.find(({ name }) => name === 'capture-to-output');
  const of = (name: string) => outer.filter((stage) => stage.name === name);
  return {
    ...stats,
    ...rest,
    captureToOutputMs: { median: whole?.medianMs ?? 0, p95: whole?.p95Ms ?? 0 },
    stages: [...of('decode'), ...CAMERA_STAGES.flatMap(of), ...stats.stages, ...of('encode')],
  };
}
