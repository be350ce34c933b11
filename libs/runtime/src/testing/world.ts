import { sha256 } from '@noble/hashes/sha2.js';
import { drawDisclosureLabel, renderSlate, type Box, type FaceObservation } from '@guise/frame';
import { signEvidenceSegment, type VerifiedPermit } from '@guise/permit';
import { DISCLOSURE_LABEL, formatId, sessionId } from '@guise/protocol';
import { createFakeClock, createSeededRandom, type FakeClock } from '@guise/testing';
import { createEvidenceRecorder } from '../evidence/recorder.js';
import { createGate, type Gate } from '../gate.js';
import type { EvidenceCrypto, EvidenceSink, LeaseState, RuntimeClock, StatusAnswer } from '../ports.js';
import {
  createSessionProcessor,
  type PicturePorts,
  type ProcessedFrame,
  type SessionProcessor,
} from '../session-processor.js';
import { cameraFrame, face, paintAvatar, paintMark, SIZE } from './camera.js';
import { AVATAR_SHA256, deviceKey, permit, SESSION_NUMBER, TEMPLATE_SHA256 } from './permits.js';

export const SESSION = sessionId.parse(formatId('session', createSeededRandom('session')(16)));
export const FRAME_MS = 40;

/** Faults a test can switch on, one port at a time. */
export interface Faults {
  track: boolean;
  embed: boolean;
  /** `idle`: claims to have rendered and did nothing. */
  render: 'fine' | 'throws' | 'declines' | 'idle';
  label: boolean;
  /** `idle`: leaves the picture unmarked; `loud`: ruins it; `unreadable`: marks, but no detector would find it. */
  mark: 'fine' | 'throws' | 'idle' | 'loud' | 'unreadable';
  submit: boolean;
}

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
  /** Processes the next camera frame, one frame time later; leases arrive by themselves while `leases` is on. */
  step(): Promise<ProcessedFrame>;
  leases: boolean;
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

export async function createWorld(options: { readonly first?: VerifiedPermit | null } = {}): Promise<World> {
  const clock = createFakeClock();
  const faults: Faults = {
    track: false,
    embed: false,
    render: 'fine',
    label: true,
    mark: 'fine',
    submit: true,
  };
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
  const world: World = {
    ...{ clock, gate, faults, submitted, disclosed },
    faces: [face(1, 'wearer')],
    leases: true,
    statuses: true,
    processor: createSessionProcessor({
      size: SIZE,
      picture: picturePorts(faults, () => world.faces),
      gate,
      evidence,
      clock: runtimeClock(clock),
    }),
    async step() {
      index += 1;
      if (index > 0) clock.advanceMs(FRAME_MS);
      if (world.leases && index % 25 === 0) gate.renewLease(lease(clock), clock.monotonicMs());
      if (world.statuses) gate.noteStatus(VALID, clock.monotonicMs());
      return world.processor.processFrame(cameraFrame(index), index * FRAME_MS);
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

export function picturePorts(faults: Faults, faces: () => readonly FaceObservation[]): PicturePorts {
  return {
    sight: {
      track: () => (faults.track ? Promise.reject(new Error('no detector')) : Promise.resolve(faces())),
      embed: (_frame, seen) => {
        if (faults.embed) return Promise.reject(new Error('no embedding'));
        const person = 'person' in seen && typeof seen.person === 'string' ? seen.person : 'other';
        return Promise.resolve(Float32Array.of(COSINE[person] ?? -1));
      },
    },
    wearer: { sha256: TEMPLATE_SHA256, compareWearer: (embedding) => embedding[0] ?? -1 },
    renderer: {
      avatarSha256: AVATAR_SHA256,
      render(frame, seen) {
        if (faults.render === 'throws') throw new Error('no renderer');
        if (faults.render === 'declines') return { status: 'not-rendered' };
        if (faults.render === 'fine') paintAvatar(frame, seen.box);
        return { status: 'rendered' };
      },
      label: (frame) => faults.label && drawDisclosureLabel(frame, DISCLOSURE_LABEL) !== null,
      reset: () => undefined,
    },
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
