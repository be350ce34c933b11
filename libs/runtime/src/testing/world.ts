import { sha256 } from '@noble/hashes/sha2.js';
import {
  drawDisclosureLabel,
  renderSlate,
  type Box,
  type FaceObservation,
  type I420Frame,
} from '@guise/frame';
import { signEvidenceSegment, type VerifiedPermit } from '@guise/permit';
import { DISCLOSURE_LABEL, formatId, sessionId } from '@guise/protocol';
import { createFakeClock, createSeededRandom, type FakeClock } from '@guise/testing';
import { createEvidenceRecorder } from '../evidence/recorder.js';
import { createGate, type Gate } from '../gate.js';
import type {
  AvatarRenderer,
  EvidenceCrypto,
  EvidenceSink,
  LeaseState,
  RuntimeClock,
  StatusAnswer,
} from '../ports.js';
import { FULL_QUALITY, type QualitySettings } from '../quality/rungs.js';
import {
  createSessionProcessor,
  type PicturePorts,
  type ProcessedFrame,
  type SessionProcessor,
  type SessionProcessorOptions,
} from '../session-processor.js';
import { cameraFrame, face, paintAvatar, paintMark, PORTRAIT_BOX, SIZE } from './camera.js';
import { AVATAR_SHA256, deviceKey, permit, SESSION_NUMBER, TEMPLATE_SHA256 } from './permits.js';

export const SESSION = sessionId.parse(formatId('session', createSeededRandom('session')(16)));
export const FRAME_MS = 40;

/** Faults a test can switch on, one port at a time. */
export interface Faults {
  track: boolean;
  embed: boolean;
  /** `idle`: claims to have rendered and did nothing; `partly`: leaves out a corner of the picture. */
  render: 'fine' | 'throws' | 'declines' | 'idle' | 'partly';
  label: boolean;
  /** `idle`: leaves the picture unmarked; `loud`: ruins it; `unreadable`: marks, but no detector would find it. */
  mark: 'fine' | 'throws' | 'idle' | 'loud' | 'unreadable';
  submit: boolean;
}

export const noFaults = (): Faults => ({
  ...{ track: false, embed: false, render: 'fine', label: true, mark: 'fine', submit: true },
});

/** A session over a fake camera: the real gate, processor and recorder, fake eyes and hands. */
export interface World {
  readonly clock: FakeClock;
  readonly gate: Gate;
  readonly processor: SessionProcessor;
  readonly faults: Faults;
  readonly submitted: string[];
  readonly disclosed: number[];
  /** Faces the camera shows from now on. */
  faces: readonly FaceObservation[];
  /** Faces in the frame that was processed last: with sight that looks aside, it was captured a frame earlier. */
  shown: readonly FaceObservation[];
  /** Processes the next camera frame, one frame time later; leases arrive by themselves while `leases` is on. */
  step(): Promise<ProcessedFrame>;
  leases: boolean;
  /** What the quality ladder asks for. */
  quality: QualitySettings;
  /** The status list says that the permit is valid, frame by frame. */
  statuses: boolean;
  admit(next: VerifiedPermit): void;
  readonly finish: () => Promise<unknown>;
}

const COSINE: Readonly<Record<string, number>> = { wearer: 0.7, dim: 0.4, unsure: 0.25, other: 0.05 };

export const lease = (clock: FakeClock): LeaseState => ({
  state: 'live',
  leaseSeconds: 15,
  serverTime: clock.nowSeconds(),
});

export const VALID: StatusAnswer = { status: 'valid', refreshSeconds: 30, freshSeconds: 120 };

export function runtimeClock(clock: FakeClock): RuntimeClock {
  return { wallMs: clock.nowMs, monotonicMs: clock.monotonicMs };
}

export interface WorldOptions {
  readonly first?: VerifiedPermit | null;
  /** How the avatar is worn; `overlay` unless told. */
  readonly mode?: AvatarRenderer['mode'];
  /** What the camera sees; `cameraFrame` unless told. */
  readonly camera?: (index: number) => I420Frame;
  /** Replaces eyes or hands. */
  readonly picture?: (ports: PicturePorts) => PicturePorts;
  readonly onFault?: SessionProcessorOptions['onFault'];
  /** Sight looks at the next frame while the present one is drawn. */
  readonly looksAside?: boolean;
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const clock = createFakeClock();
  const faults = noFaults();
  const submitted: string[] = [];
  const disclosed: number[] = [];
  const gate = createGate(runtimeClock(clock), {
    avatarSha256: AVATAR_SHA256,
    templateSha256: TEMPLATE_SHA256,
    sessionNumber: SESSION_NUMBER,
  });
  const evidence = createEvidenceRecorder({
    session: SESSION,
    size: SIZE,
    crypto: evidenceCrypto(),
    sink: evidenceSink(faults, submitted, disclosed),
    pause: () => Promise.resolve(),
    onFailure: () => {
      gate.shut('evidence-failed');
    },
  });
  let index = -1;
  const facesIn = new WeakMap<I420Frame, readonly FaceObservation[]>();
  const capture = (at: number): I420Frame => {
    const frame = (options.camera ?? cameraFrame)(at);
    facesIn.set(frame, world.faces);
    return frame;
  };
  let next: I420Frame | null = null;
  const foreseeNext = () => {
    next = capture(index + 1);
    world.processor.foresee(next, (index + 1) * FRAME_MS);
  };
  const made = picturePorts(faults, (frame) => facesIn.get(frame) ?? [], options.mode);
  const ports = { ...made, sight: { ...made.sight, looksAside: options.looksAside === true } };
  const world: World = {
    ...{ clock, gate, faults, submitted, disclosed },
    faces: [face(1, 'wearer')],
    shown: [],
    leases: true,
    quality: FULL_QUALITY,
    statuses: true,
    processor: createSessionProcessor({
      size: SIZE,
      picture: options.picture?.(ports) ?? ports,
      gate,
      evidence,
      clock: runtimeClock(clock),
      quality: () => world.quality,
      onFault: options.onFault,
    }),
    async step() {
      index += 1;
      if (index > 0) clock.advanceMs(FRAME_MS);
      if (world.leases && index % 25 === 0) gate.renewLease(lease(clock), clock.monotonicMs());
      if (world.statuses) gate.noteStatus(VALID, clock.monotonicMs());
      const frame = next ?? capture(index);
      next = null;
      world.shown = facesIn.get(frame) ?? [];
      const { processor } = world;
      return processor.processFrame(frame, index * FRAME_MS, processor.canForesee ? foreseeNext : undefined);
    },
    admit(next) {
      gate.admit(next);
    },
    finish: () => evidence.finish(),
  };
  const first =
    options.first === undefined ? await permit({ nowSeconds: clock.nowSeconds() }) : options.first;
  if (first !== null) gate.admit(first);
  return world;
}

export function picturePorts(
  faults: Faults,
  faces: (frame: I420Frame) => readonly FaceObservation[],
  mode: AvatarRenderer['mode'] = 'overlay',
): PicturePorts {
  return {
    sight: {
      track: (frame) =>
        faults.track ? Promise.reject(new Error('no detector')) : Promise.resolve(faces(frame)),
      embed: (_frame, seen) => {
        if (faults.embed) return Promise.reject(new Error('no embedding'));
        const person = 'person' in seen && typeof seen.person === 'string' ? seen.person : 'other';
        return Promise.resolve(Float32Array.of(COSINE[person] ?? -1));
      },
    },
    wearer: { sha256: TEMPLATE_SHA256, compareWearer: (embedding) => embedding[0] ?? -1 },
    renderer: fakeRenderer(faults, mode),
    marker: {
      mark(frame, epoch) {
        if (faults.mark === 'throws') throw new Error('no marker');
        if (faults.mark === 'loud') frame.data.fill(0, 0, 8000);
        if (faults.mark === 'fine' || faults.mark === 'unreadable') paintMark(frame, epoch);
      },
      prepare: () => undefined,
      readsBack: () => faults.mark === 'fine',
    },
    slate: renderSlate,
  };
}

/** Paints its face where the wearer's is (`overlay`), or a whole picture with the face in another place (`portrait`). */
function fakeRenderer(faults: Faults, mode: AvatarRenderer['mode']): AvatarRenderer {
  const paint = (frame: I420Frame, seen: FaceObservation): Box => {
    if (mode === 'overlay') {
      paintAvatar(frame, seen.box);
      return seen.box;
    }
    frame.data.fill(120);
    if (faults.render === 'partly') frame.data.fill(0, frame.data.length - 8);
    paintAvatar(frame, PORTRAIT_BOX);
    return PORTRAIT_BOX;
  };
  return {
    mode,
    avatarSha256: AVATAR_SHA256,
    render(frame, seen) {
      if (faults.render === 'throws') throw new Error('no renderer');
      if (faults.render === 'declines') return { status: 'not-rendered' };
      return { status: 'rendered', face: faults.render === 'idle' ? seen.box : paint(frame, seen) };
    },
    label: (frame) => faults.label && drawDisclosureLabel(frame, DISCLOSURE_LABEL) !== null,
    reset: () => undefined,
  };
}

export function evidenceCrypto(): EvidenceCrypto {
  return {
    sha256,
    fingerprint: ({ data }, face) => fakePrint(196, data, face),
    fingerprintFace: ({ data }, face) => fakePrint(36, data, face),
    signSegment: (segment) => signEvidenceSegment(segment, deviceKey),
    epochKey: (epoch) => new Uint8Array(32).fill(epoch),
  };
}

function fakePrint(length: number, data: Uint8Array, face: Box | null): Uint8Array {
  const print = new Uint8Array(length).fill(sha256(data)[0] ?? 0);
  print[0] = face?.x ?? 0;
  return print;
}

/** An authority whose checkpoint follows one segment behind. */
export function evidenceSink(
  faults: Pick<Faults, 'submit'>,
  submitted: string[],
  disclosed: number[],
): EvidenceSink {
  return {
    submit(jws) {
      if (!faults.submit) return Promise.reject(new Error('the authority is gone'));
      submitted.push(jws);
      return Promise.resolve({ leafIndex: submitted.length - 1, checkpointSize: submitted.length - 1 });
    },
    discloseKey(epoch) {
      disclosed.push(epoch);
      return Promise.resolve('disclosed');
    },
  };
}
