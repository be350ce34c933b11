import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { createI420, type I420Frame } from '@guise/frame';
import { merkleRootOf } from '@guise/ledger';
import { verifyEvidenceSegment } from '@guise/permit';
import type { EvidenceSegment } from '@guise/protocol';
import { cameraFrame, SIZE } from '../testing/camera.js';
import { deviceKey } from '../testing/permits.js';
import { evidenceCrypto, evidenceSink, SESSION } from '../testing/world.js';
import type { EvidenceSink } from '../ports.js';
import type { OutputRecord } from './epoch.js';
import { createEvidenceRecorder, MAX_UNACKNOWLEDGED, type EvidenceRecorder } from './recorder.js';
import { toHex } from './text.js';

const START = 1_800_000_000;

interface Bench {
  readonly recorder: EvidenceRecorder;
  readonly submitted: string[];
  readonly disclosed: number[];
  readonly failures: unknown[];
  readonly segments: () => Promise<EvidenceSegment[]>;
}

function bench(sink?: Partial<EvidenceSink>): Bench {
  const submitted: string[] = [];
  const disclosed: number[] = [];
  const failures: unknown[] = [];
  const recorder = createEvidenceRecorder({
    session: SESSION,
    size: SIZE,
    crypto: evidenceCrypto(),
    sink: { ...evidenceSink({ submit: true }, submitted, disclosed), ...sink },
    pause: () => Promise.resolve(),
    onFailure: (error) => failures.push(error),
  });
  const segments = () => Promise.all(submitted.map((jws) => verifyEvidenceSegment(jws, deviceKey.publicJwk)));
  return { recorder, submitted, disclosed, failures, segments };
}

/** A scene in which nothing moves but one pixel, which tells the frames apart. */
function calmFrame(i: number): I420Frame {
  const frame = createI420(SIZE.width, SIZE.height, 100);
  frame.data[0] = 16 + (i % 200);
  return frame;
}

/** Frame `i` of a stream of ten frames a second. */
function output(i: number, change: Partial<OutputRecord> = {}): OutputRecord {
  const timestampMs = i * 100;
  const nowSeconds = START + timestampMs / 1000;
  return {
    frame: cameraFrame(i),
    state: 'rendered',
    face: { x: i, y: 2, width: 3, height: 4 },
    ...{ timestampMs, nowSeconds, permitId: 'pmt_1' },
    ...change,
  };
}

async function recordAll(
  recorder: EvidenceRecorder,
  from: number,
  to: number,
  change: Partial<OutputRecord> = {},
) {
  for (let i = from; i < to; i++) await recorder.record(output(i, change));
}

describe('the evidence recorder', () => {
  it('signs five epochs at a time, in a chain, and says exactly what was shown', async () => {
    const { recorder, submitted, segments } = bench();
    await recordAll(recorder, 0, 117);
    expect(await recorder.finish()).toMatchObject({ segments: 3, epochs: 12, failure: null });
    const all = await segments();
    expect(all.map(({ epochs }) => epochs.map(({ epoch }) => epoch))).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
      [10, 11],
    ]);
    expect(all.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    const hashes = submitted.map((jws) => toHex(sha256(new TextEncoder().encode(jws))));
    expect(all.map(({ previous }) => previous)).toEqual([null, hashes[0], hashes[1]]);
    expect(all[2]?.epochs[1]).toMatchObject({ epoch: 11, renderedAt: START + 11, frames: 7, slateFrames: 0 });
    const digests = Array.from({ length: 10 }, (_, i) => sha256(cameraFrame(30 + i).data));
    expect(all[0]?.epochs[3]?.frameRoot).toBe(toHex(merkleRootOf(digests)));
  });

  it('fingerprints a frame of each quarter wholly, and the faces between while the scene is calm', async () => {
    const { recorder, segments } = bench();
    const calm = async (from: number, to: number, change: Partial<OutputRecord> = {}) => {
      for (let i = from; i < to; i++) await recorder.record(output(i, { frame: calmFrame(i), ...change }));
    };
    await calm(0, 10);
    await calm(10, 11, { state: 'slate', face: null });
    await calm(11, 12);
    await calm(12, 13, { face: null });
    await calm(13, 19, { state: 'slate', face: null });
    await calm(19, 20, { face: null });
    await calm(20, 30, { state: 'slate', face: null });
    await recorder.finish();
    const crypto = evidenceCrypto();
    const text = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('base64url');
    const whole = (i: number, face = output(i).face) => text(crypto.fingerprint(calmFrame(i), face));
    const face = (i: number) =>
      text(crypto.fingerprintFace(calmFrame(i), output(i).face ?? { x: 0, y: 0, width: 0, height: 0 }));
    const [segment] = await segments();
    // Quarters begin at 0, 250, 500 and 750 ms, parts every 31.25 ms; the frames come every 100 ms.
    const first = [
      whole(0),
      face(1),
      face(2),
      whole(3),
      face(4),
      whole(5),
      face(6),
      face(7),
      whole(8),
      face(9),
    ];
    expect(segment?.epochs.map(({ fingerprints }) => fingerprints)).toEqual([
      first,
      [whole(11), whole(19, null)],
      [],
    ]);
    expect(segment?.epochs.map(({ slateFrames }) => slateFrames)).toEqual([0, 7, 10]);
  });

  it('keeps at most 32 of them, whatever the frame rate; every other one whole while the scene moves', async () => {
    const { recorder, segments } = bench();
    for (let i = 0; i < 480; i++) {
      // The first second is calm; in the second one everything moves.
      const frame = i < 240 ? calmFrame(i) : cameraFrame(i);
      await recorder.record(output(i, { frame, timestampMs: (i * 1000) / 240, nowSeconds: START }));
    }
    await recorder.finish();
    const [segment] = await segments();
    const lengths = segment?.epochs.map(({ fingerprints }) => fingerprints.map(({ length }) => length));
    expect(lengths).toEqual([
      Array.from({ length: 32 }, (_, i) => (i % 8 === 0 ? 262 : 48)),
      Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 262 : 48)),
    ]);
  });

  it('looks at a frame before its buffer is used again', async () => {
    const { recorder, segments } = bench();
    const shared = calmFrame(0);
    for (let i = 0; i < 10; i++) {
      shared.data.set(calmFrame(i).data);
      await recorder.record(output(i, { frame: shared }));
    }
    shared.data.fill(0);
    await recorder.finish();
    const { face } = output(9);
    if (face === null) throw new Error('no face');
    const print = evidenceCrypto().fingerprintFace(calmFrame(9), face) ?? [];
    const last = Buffer.from(print).toString('base64url');
    expect((await segments())[0]?.epochs[0]?.fingerprints.at(-1)).toBe(last);
  });

  it('begins a segment with every permit, and records no epoch without one', async () => {
    const { recorder, segments } = bench();
    await recordAll(recorder, 0, 20);
    await recordAll(recorder, 20, 40, { permitId: 'pmt_2' });
    await recordAll(recorder, 40, 70, { permitId: null, state: 'slate' });
    await recorder.finish();
    const all = await segments();
    expect(all.map(({ permit }) => permit)).toEqual(['pmt_1', 'pmt_2']);
    expect(all.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch))).toEqual([0, 1, 2, 3]);
  });

  it('discloses the key of an epoch only when its segment is under a checkpoint', async () => {
    const { recorder, submitted, disclosed } = bench();
    await recordAll(recorder, 0, 51);
    await Promise.resolve();
    expect(submitted).toHaveLength(1);
    expect(disclosed).toEqual([]);
    await recordAll(recorder, 51, 101);
    expect(await recorder.finish()).toMatchObject({ disclosedThrough: 10 });
    expect(disclosed).toEqual([4, 9, 10]);
  });

  it('asks again when the checkpoint is not there yet, and gives up without publishing', async () => {
    let asked = 0;
    const discloseKey = () => Promise.resolve(++asked < 5 ? ('too-early' as const) : ('disclosed' as const));
    const patient = bench({ discloseKey });
    await recordAll(patient.recorder, 0, 10);
    expect(await patient.recorder.finish()).toMatchObject({ disclosedThrough: 0, failure: null });
    const hopeless = bench({ discloseKey: () => Promise.resolve('too-early' as const) });
    await recordAll(hopeless.recorder, 0, 10);
    expect(await hopeless.recorder.finish()).toMatchObject({ disclosedThrough: null, failure: null });
  });

  it('reports the first failure once and delivers nothing after it', async () => {
    let calls = 0;
    const lost = new Error('gone');
    const { recorder, failures } = bench({
      submit: () => {
        calls += 1;
        return Promise.reject(lost);
      },
    });
    await recordAll(recorder, 0, 300);
    expect(await recorder.finish()).toMatchObject({ failure: lost });
    expect(failures).toEqual([lost]);
    expect(calls).toBe(1);
    expect(recorder.failed).toBe(true);
  });

  it('makes the frames wait when the authority is slow, and loses nothing', async () => {
    let inFlight = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const { recorder } = bench({
      submit: async () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise<void>((resolve) => waiting.push(resolve));
        inFlight -= 1;
        return { leafIndex: 0, checkpointSize: 1 };
      },
    });
    let recorded = 0;
    const run = (async () => {
      for (let i = 0; i < 400; i++) {
        await recorder.record(output(i));
        recorded += 1;
      }
      return recorder.finish();
    })();
    await settle();
    expect(recorded).toBeLessThanOrEqual((MAX_UNACKNOWLEDGED + 1) * 50 + 1);
    const drain = setInterval(() => waiting.shift()?.(), 1);
    expect(await run).toMatchObject({ segments: 8, epochs: 40, failure: null });
    clearInterval(drain);
    expect(most).toBe(1);
  });

  it('takes a fingerprint of a wrong length or too many frames for a failure', async () => {
    const failures: unknown[] = [];
    const recorder = createEvidenceRecorder({
      session: SESSION,
      size: SIZE,
      crypto: { ...evidenceCrypto(), fingerprint: () => new Uint8Array(3) },
      sink: evidenceSink({ submit: true }, [], []),
      pause: () => Promise.resolve(),
      onFailure: (error) => failures.push(error),
    });
    await recorder.record(output(0));
    expect(failures).toHaveLength(1);
    const crowded = bench();
    for (let i = 0; i < 241; i++) await crowded.recorder.record(output(0));
    expect(crowded.failures).toHaveLength(1);
  });
});

/** Lets signatures and promises run until nothing moves. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}
