import { createCameraCare, type CameraWishes } from './camera/camera-care.js';
import type { EvidenceRecorder } from './evidence/recorder.js';
import type { Gate, Standing } from './gate.js';
import { createIntake } from './intake.js';
import type { MarkAhead } from './mark-ahead.js';
import type { PermitKeeper } from './permit-keeper.js';
import type { FrameSink, FrameSource, RuntimeClock, SourceFrame } from './ports.js';
import type { MediaProgress } from './process-media.js';
import type { QualityLadder } from './quality/ladder.js';
import type { ClosedReason } from './reasons.js';
import type { SessionProcessor } from './session-processor.js';
import type { StageTimes } from './stage-times.js';

/** What keeps a session going. */
export interface Session {
  readonly gate: Gate;
  readonly keeper: PermitKeeper;
  readonly evidence: EvidenceRecorder;
  readonly processor: SessionProcessor;
  readonly ahead: MarkAhead;
  /** Of a live session; null when every frame is rendered as well as can be, however long it takes. */
  readonly quality: QualityLadder | null;
}

export interface PumpOptions {
  readonly source: FrameSource;
  readonly sink: FrameSink;
  /** Of every frame. */
  readonly size: { readonly width: number; readonly height: number };
  readonly clock: RuntimeClock & { readonly pause: (ms: number) => Promise<void> };
  /** What is done to frames before they are looked at; nothing unless told. */
  readonly camera?: CameraWishes | undefined;
  /** Time between two frames of a live session; null for a file. */
  readonly liveFrameMs: number | null;
  readonly onProgress?: ((event: MediaProgress) => void) | undefined;
  readonly onStanding?: ((standing: Standing) => void) | undefined;
}

export interface Flow {
  /** From the start to the first frame taken by the sink. */
  readonly firstFrameMs: number;
  readonly outOfOrder: number;
}

/** While a camera gives nothing, lease and permit are kept, and the gate says how it stands, this often. */
const KEEP_MS = 1_000;
/** Cameras are not punctual: a frame that comes this part of a frame's time early is not taken for the one before. */
const EARLY_PART = 0.25;

/** Frame by frame from source to sink. Ends early when evidence is lost: the result is withheld then. */
export async function pumpFrames(
  options: PumpOptions,
  session: Session,
  times: StageTimes,
  startedMs: number,
): Promise<Flow> {
  const { sink, clock, onStanding, size, camera } = options;
  const { gate, keeper, evidence, processor, ahead } = session;
  const tell = createTeller(options.onProgress, processor);
  const care = camera === undefined ? null : createCameraCare(size, camera, times);
  const intake = createIntake({
    ...options,
    improve:
      care === null
        ? null
        : (frame, timestampMs) => {
            care.improve(frame, timestampMs, session.quality?.settings.enhances ?? true);
          },
    source: options.liveFrameMs === null ? options.source : keptWhileWaiting(options, session),
    isSpared: createRate(options.liveFrameMs, session.quality),
    foresee: processor.canForesee
      ? (frame, timestampMs) => {
          processor.foresee(frame, timestampMs);
        }
      : null,
  });
  let firstFrameMs = 0;
  let outOfOrder = 0;
  let writtenMs = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      const waitingSinceMs = clock.monotonicMs();
      const next = await intake.next();
      if (next === null) break;
      const { frame, timestampMs, arrivedMs } = next;
      times.note('decode', Math.max(0, arrivedMs - waitingSinceMs));
      keeper.tick();
      const result = await processor.processFrame(frame, timestampMs, ({ isOpen, face }) => {
        care?.noteFace(face);
        if (!isOpen) care?.forget();
        intake.pullAhead();
      });
      if (result.state === 'slate') care?.forget();
      if (evidence.failed) break;
      onStanding?.(gate.standing());
      await times.timeAsync('encode', () => sink.write(result.frame, timestampMs));
      if (timestampMs <= writtenMs) outOfOrder += 1;
      if (writtenMs === Number.NEGATIVE_INFINITY) firstFrameMs = clock.monotonicMs() - startedMs;
      writtenMs = timestampMs;
      times.note('capture-to-output', clock.monotonicMs() - arrivedMs);
      tell(timestampMs, result.state === 'slate' ? result.reason : null);
      const change = session.quality?.endFrame(clock.monotonicMs()) ?? null;
      if (change !== null) options.onProgress?.({ type: 'quality', timestampMs, ...change });
      if (result.state === 'rendered') ahead.afterFrame(timestampMs);
    }
  } finally {
    await intake.close();
  }
  return { firstFrameMs, outOfOrder };
}

/** The source's frames. Nothing of what keeps the permission waits for them. */
async function* keptWhileWaiting(
  { source, clock, onStanding }: PumpOptions,
  { gate, keeper }: Session,
): AsyncGenerator<SourceFrame> {
  const frames = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = frames.next();
      const waited = () => Promise.race([next, clock.pause(KEEP_MS).then(() => null)]);
      let arrived = await waited();
      while (arrived === null) {
        keeper.tick();
        onStanding?.(gate.standing());
        arrived = await waited();
      }
      if (arrived.done === true) return;
      yield arrived.value;
    }
  } finally {
    await frames.return?.();
  }
}

/** On the lower rungs of the ladder only some frames are processed: the others are not even looked at. */
function createRate(frameMs: number | null, quality: QualityLadder | null): (timestampMs: number) => boolean {
  let takenMs = Number.NEGATIVE_INFINITY;
  return (timestampMs) => {
    if (frameMs === null || quality === null) return false;
    const { frameEvery } = quality.settings;
    if (frameEvery > 1 && timestampMs - takenMs < frameMs * (frameEvery - EARLY_PART)) return true;
    takenMs = timestampMs;
    return false;
  };
}

function createTeller(
  listener: PumpOptions['onProgress'],
  processor: SessionProcessor,
): (timestampMs: number, reason: ClosedReason | null) => void {
  let frames = 0;
  let last: ClosedReason | null | undefined;
  return (timestampMs, reason) => {
    frames += 1;
    if (reason !== last) listener?.({ type: 'gate', timestampMs, reason });
    last = reason;
    listener?.({ type: 'frame', frames, timestampMs, rawFrames: processor.rawFrames });
  };
}
