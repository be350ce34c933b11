import type { FaceObservation, I420Frame } from '@guise/frame';
import type { FaceSight } from '../ports.js';
import { hasChanged, lookAt, type Glance } from './glance.js';

/** What was measured in one frame. */
interface Seen {
  readonly face: FaceObservation;
  readonly timestampMs: number;
}

/** Two measurements further apart than this say nothing about the movement between them. */
const MOVEMENT_MS = 250;

/** Tracks faces, in every frame or, where that is allowed, in every second one of a face that stands still. */
export interface SparedTracking {
  /**
   * @param spares a frame after a measured one need not be measured when the picture around the face has hardly changed:
   * whoever moves, comes or goes there is measured all the same
   */
  track(frame: I420Frame, timestampMs: number, spares: boolean): Promise<readonly FaceObservation[]>;
  /** Begins what `track` will be asked for next; of another frame, or after `forget`, nothing of it counts. */
  foresee(frame: I420Frame, timestampMs: number, spares: boolean): void;
  /** Nobody watched: the next frame is measured. */
  forget(): void;
}

/** A frame whose faces are looked for already. */
interface Foreseen {
  readonly frame: I420Frame;
  readonly timestampMs: number;
  readonly faces: Promise<readonly FaceObservation[]>;
}

export function createSparedTracking(sight: Pick<FaceSight, 'track'>): SparedTracking {
  let last: Seen | null = null;
  let before: Seen | null = null;
  /** The picture around the face in the frame that was measured last; null when that frame was spared. */
  let glance: Glance | null = null;
  let foreseen: Foreseen | null = null;
  /** The look before, whatever became of it: sight follows one frame at a time. */
  let lookBefore: Promise<unknown> = Promise.resolve();
  /** Counts what was forgotten: a look that began before is of no use after. */
  let memory = 0;

  const look = async (frame: I420Frame, timestampMs: number, spares: boolean) => {
    if (spares && last !== null && glance !== null && !hasChanged(glance, frame)) {
      glance = null;
      return [carryOn(before, last, timestampMs)];
    }
    const began = memory;
    const faces = await sight.track(frame, timestampMs);
    if (began !== memory) return faces;
    const [face, second] = faces;
    before = last;
    last = face !== undefined && second === undefined ? { face, timestampMs } : null;
    glance = last !== null && spares ? lookAt(frame, last.face.box) : null;
    return faces;
  };

  const lookInTurn = (...frame: Parameters<typeof look>): Promise<readonly FaceObservation[]> => {
    const faces = lookBefore.then(() => look(...frame));
    lookBefore = faces.catch(() => undefined);
    return faces;
  };

  return {
    forget() {
      last = null;
      before = null;
      glance = null;
      foreseen = null;
      memory += 1;
    },
    foresee(frame, timestampMs, spares) {
      const faces = lookInTurn(frame, timestampMs, spares);
      // Whether it failed is heard by whoever asks for it.
      faces.catch(() => undefined);
      foreseen = { frame, timestampMs, faces };
    },
    track(frame, timestampMs, spares) {
      const begun = foreseen;
      foreseen = null;
      if (begun?.frame === frame && begun.timestampMs === timestampMs) return begun.faces;
      return lookInTurn(frame, timestampMs, spares);
    },
  };
}

/** The face where its movement between the last two measurements takes it, for one step at most. */
function carryOn(before: Seen | null, last: Seen, timestampMs: number): FaceObservation {
  if (before?.face.trackId !== last.face.trackId) return last.face;
  const stepMs = last.timestampMs - before.timestampMs;
  if (!(stepMs > 0 && stepMs <= MOVEMENT_MS)) return last.face;
  const part = Math.min(1, Math.max(0, (timestampMs - last.timestampMs) / stepMs));
  const [a, b] = [before.face, last.face];
  const on = (from: number, to: number): number => to + (to - from) * part;
  const share = (from: number, to: number): number => Math.min(1, Math.max(0, on(from, to)));
  return {
    ...b,
    box: {
      x: on(a.box.x, b.box.x),
      y: on(a.box.y, b.box.y),
      width: on(a.box.width, b.box.width),
      height: on(a.box.height, b.box.height),
    },
    landmarks: b.landmarks.map((value, i) => on(a.landmarks[i] ?? value, value)),
    pose: {
      yawDeg: on(a.pose.yawDeg, b.pose.yawDeg),
      pitchDeg: on(a.pose.pitchDeg, b.pose.pitchDeg),
      rollDeg: on(a.pose.rollDeg, b.pose.rollDeg),
      xCm: on(a.pose.xCm, b.pose.xCm),
      yCm: on(a.pose.yCm, b.pose.yCm),
      zCm: on(a.pose.zCm, b.pose.zCm),
    },
    expression: {
      leftLid: share(a.expression.leftLid, b.expression.leftLid),
      rightLid: share(a.expression.rightLid, b.expression.rightLid),
      mouthOpen: Math.max(0, on(a.expression.mouthOpen, b.expression.mouthOpen)),
      gazeYawDeg: on(a.expression.gazeYawDeg, b.expression.gazeYawDeg),
      gazePitchDeg: on(a.expression.gazePitchDeg, b.expression.gazePitchDeg),
    },
  };
}
