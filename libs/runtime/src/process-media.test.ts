import { describe, expect, it } from 'vitest';
import { verifyEvidenceSegment, type VerifiedPermit } from '@guise/permit';
import { createFakeClock, type FakeClock } from '@guise/testing';
import type { I420Frame } from '@guise/frame';
import { processMedia, type MediaConfig, type MediaProgress } from './process-media.js';
import { cameraFrame, countCameraPixels, face, FACE_BOX, SIZE } from './testing/camera.js';
import { deviceKey, permit } from './testing/permits.js';
import {
  evidenceCrypto,
  evidenceSink,
  FRAME_MS,
  lease,
  noFaults,
  picturePorts,
  runtimeClock,
  SESSION,
  type Faults,
  VALID,
} from './testing/world.js';
import type { FrameSink, PermitSource, SessionEnd, SourceFrame } from './ports.js';

interface Run {
  config: MediaConfig;
  readonly clock: FakeClock;
  readonly written: I420Frame[];
  readonly sinkCalls: string[];
  readonly submitted: string[];
  readonly events: MediaProgress[];
  read: number;
  readonly faults: Faults;
}

async function setUp(
  frames: number,
  change: Partial<{ ttlSeconds: number; source: Partial<PermitSource> }> = {},
): Promise<Run> {
  const clock = createFakeClock();
  const faults = noFaults();
  const written: I420Frame[] = [];
  const sinkCalls: string[] = [];
  const submitted: string[] = [];
  const events: MediaProgress[] = [];
  const ttlSeconds = change.ttlSeconds ?? 300;
  const renew = (): Promise<VerifiedPermit> => permit({ nowSeconds: clock.nowSeconds(), ttlSeconds });
  const sink: FrameSink = {
    write(frame) {
      written.push({ ...frame, data: frame.data.slice() });
      return Promise.resolve();
    },
    finish: () => Promise.resolve(sinkCalls.push('finish')),
    abort: () => Promise.resolve(void sinkCalls.push('abort')),
  };
  const run: Run = {
    ...{ clock, written, sinkCalls, submitted, events, faults },
    read: 0,
    config: {
      source: { [Symbol.asyncIterator]: () => camera() },
      sink,
      size: SIZE,
      picture: picturePorts(faults, () => [face(1, 'wearer')]),
      authority: {
        session: SESSION,
        permit: await renew(),
        source: {
          renew,
          lease: () => Promise.resolve(lease(clock)),
          status: () => Promise.resolve(VALID),
          watch: () => () => undefined,
          ...change.source,
        },
        crypto: evidenceCrypto(),
        sink: evidenceSink(faults, submitted, []),
      },
      clock: { ...runtimeClock(clock), pause: () => Promise.resolve() },
      onProgress: (event) => events.push(event),
    },
  };
  async function* camera(): AsyncGenerator<SourceFrame, void, undefined> {
    for (let index = 0; index < frames; index++) {
      run.read += 1;
      if (index > 0) clock.advanceMs(FRAME_MS);
      // As a real decoder does: the loop turns, so that answers of the authority can arrive.
      await new Promise((resolve) => setImmediate(resolve));
      yield { frame: cameraFrame(index), index, timestampMs: index * FRAME_MS };
    }
  }
  return run;
}

describe('processMedia', () => {
  it('has the next epoch’s mark computed after a frame is written and before that epoch begins', async () => {
    const run = await setUp(60);
    const calls: string[] = [];
    const { marker } = run.config.picture;
    const { sink } = run.config;
    await processMedia({
      ...run.config,
      picture: {
        ...run.config.picture,
        marker: {
          ...marker,
          mark(frame, epoch, timestampMs) {
            calls.push(`mark ${String(epoch)}`);
            marker.mark(frame, epoch, timestampMs);
          },
          prepare: (epoch) => void calls.push(`prepare ${String(epoch)}`),
        },
      },
      sink: {
        ...sink,
        write(frame, timestampMs) {
          calls.push('write');
          return sink.write(frame, timestampMs);
        },
      },
    });
    expect(calls.slice(0, 4)).toEqual(['mark 0', 'write', 'prepare 1', 'mark 0']);
    const prepared = calls.filter((call) => call.startsWith('prepare'));
    expect(prepared).toEqual(['prepare 1', 'prepare 2', 'prepare 3']);
    expect(calls.indexOf('prepare 2')).toBeLessThan(calls.indexOf('mark 2'));
  });

  it('writes every frame in order, rendered, and publishes after the evidence is kept', async () => {
    const run = await setUp(150);
    const report = await processMedia(run.config);
    expect(run.written).toHaveLength(150);
    run.written.forEach((frame, i) => {
      expect(countCameraPixels(frame, FACE_BOX)).toBe(0);
      // Outside the face the fake overlay keeps the camera's row pattern, ±2 of the mark: the order shows there.
      expect(
        Math.abs((frame.data[SIZE.width * 110] ?? 0) - (cameraFrame(i).data[SIZE.width * 110] ?? 0)),
      ).toBe(2);
    });
    expect(run.sinkCalls).toEqual(['finish']);
    expect(run.events[0]).toEqual({ type: 'start', expectedFrames: null });
    expect(report).toMatchObject({
      frames: 150,
      renderedFrames: 150,
      rawFrames: 0,
      outOfOrder: 0,
      slateFrames: {},
    });
    expect(report.evidence).toMatchObject({ segments: 2, epochs: 6, disclosedThrough: 5, failure: null });
    expect(report.stages.map(({ name }) => name)).toEqual([
      'decode',
      'track',
      'wearer',
      'render',
      'label',
      'mark',
      'self-test',
      'render-core',
      'record',
      'encode',
    ]);
  });

  it('looks for the next frame’s faces while the present one is drawn, each in its own picture', async () => {
    const run = await setUp(40);
    const calls: string[] = [];
    const { sight } = run.config.picture;
    const numberOf = ({ data }: I420Frame) =>
      Array.from({ length: 40 }, (_, i) => i).find((i) => Buffer.compare(cameraFrame(i).data, data) === 0);
    const report = await processMedia({
      ...run.config,
      picture: {
        ...run.config.picture,
        sight: {
          ...sight,
          looksAside: true,
          async track(frame, timestampMs) {
            calls.push(`look ${String(numberOf(frame))} at ${String(timestampMs / FRAME_MS)}`);
            const faces = await sight.track(frame, timestampMs);
            // As a thread answers: later, and the picture is still the same.
            await new Promise((resolve) => setImmediate(resolve));
            calls.push(`saw ${String(numberOf(frame))}`);
            return faces;
          },
        },
      },
      sink: {
        ...run.config.sink,
        async write(frame, timestampMs) {
          for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
          calls.push(`write ${String(timestampMs / FRAME_MS)}`);
          await run.config.sink.write(frame, timestampMs);
        },
      },
    });
    expect(report).toMatchObject({ frames: 40, renderedFrames: 40, rawFrames: 0, outOfOrder: 0 });
    expect(run.written.every((frame) => countCameraPixels(frame, FACE_BOX) === 0)).toBe(true);
    const looks = calls.filter((call) => call.startsWith('look'));
    expect(looks).toEqual(Array.from({ length: 40 }, (_, i) => `look ${String(i)} at ${String(i)}`));
    const [look, saw, write] = ['look 6 at 6', 'saw 6', 'write 5'].map((call) => calls.indexOf(call));
    expect(look).toBeLessThan(write ?? -1);
    expect(saw).toBeGreaterThan(look ?? -1);
    expect(report.stages.map(({ name }) => name)).toContain('sight');
  });

  it('reads no frame when the authority gives no lease', async () => {
    const run = await setUp(10, { source: { lease: () => Promise.reject(new Error('unreachable')) } });
    await expect(processMedia(run.config)).rejects.toMatchObject({ code: 'no-lease' });
    expect(run.read).toBe(0);
    expect(run.sinkCalls).toEqual(['abort']);
  });

  it('shows the slate from the second in which the permit ends', async () => {
    const run = await setUp(300, {
      ttlSeconds: 5,
      source: { renew: () => Promise.reject(new Error('denied')) },
    });
    const report = await processMedia(run.config);
    expect(report).toMatchObject({
      renderedFrames: 125,
      slateFrames: { 'permit-expired': 175 },
      rawFrames: 0,
    });
    run.written.slice(125).forEach((frame) => {
      expect(countCameraPixels(frame)).toBe(0);
    });
    expect(run.events.filter(({ type }) => type === 'gate')).toEqual([
      { type: 'gate', timestampMs: 0, reason: null },
      { type: 'gate', timestampMs: 5000, reason: 'permit-expired' },
    ]);
    const epochs = await Promise.all(
      run.submitted.map((jws) => verifyEvidenceSegment(jws, deviceKey.publicJwk)),
    );
    expect(epochs.flatMap((segment) => segment.epochs.map(({ epoch }) => epoch))).toEqual([0, 1, 2, 3, 4]);
  });

  it('renews permits while it runs, without a gap', async () => {
    const run = await setUp(500, { ttlSeconds: 6 });
    const report = await processMedia(run.config);
    expect(report).toMatchObject({ renderedFrames: 500, slateFrames: {} });
    expect(report.renewals).toBeGreaterThanOrEqual(4);
    const segments = await Promise.all(
      run.submitted.map((jws) => verifyEvidenceSegment(jws, deviceKey.publicJwk)),
    );
    expect(new Set(segments.map((segment) => segment.permit)).size).toBeGreaterThanOrEqual(4);
  });

  it('shows nothing of a permit that the status list has ended, or of one whose list cannot be had', async () => {
    const ended = await setUp(50, {
      source: { status: () => Promise.resolve({ ...VALID, status: 'suspended' }) },
    });
    expect((await processMedia(ended.config)).slateFrames).toEqual({ 'permit-revoked': 50 });
    const away = await setUp(10, { source: { status: () => Promise.reject(new Error('unreachable')) } });
    await expect(processMedia(away.config)).rejects.toMatchObject({ code: 'no-status' });
    expect(away.read).toBe(0);
  });

  it('stops with the frame after it hears that the session ended, and hears nothing afterwards', async () => {
    for (const [end, reason] of [
      ['revoked', 'permit-revoked'],
      ['suspended', 'permit-revoked'],
      ['closed', 'no-permit'],
    ] as const) {
      let heard: ((end: SessionEnd) => void) | undefined;
      const run: Run = await setUp(100, {
        source: {
          watch: (onEnd) => {
            heard = onEnd;
            return () => (heard = undefined);
          },
        },
      });
      run.config = {
        ...run.config,
        onProgress: (event) => {
          if (event.type === 'frame' && event.frames === 40) heard?.(end);
        },
      };
      expect((await processMedia(run.config)).slateFrames).toEqual({ [reason]: 60 });
      expect(heard).toBeUndefined();
    }
  });

  it('survives an authority that stays away for less than a lease, and not for more', async () => {
    const outage = async (seconds: number) => {
      const run: Run = await setUp(25 * 40, {
        source: {
          lease: () => {
            const elapsed = run.clock.monotonicMs() / 1000;
            const away = elapsed > 6 && elapsed < 6 + seconds;
            return away ? Promise.reject(new Error('unreachable')) : Promise.resolve(lease(run.clock));
          },
        },
      });
      return processMedia(run.config);
    };
    expect((await outage(8)).slateFrames).toEqual({});
    const long = await outage(20);
    expect(long.slateFrames['lease-lost']).toBeGreaterThan(0);
    expect(long.renderedFrames + (long.slateFrames['lease-lost'] ?? 0)).toBe(1000);
  });

  it('stops showing the avatar for good when it is revoked', async () => {
    const run: Run = await setUp(500, {
      source: {
        lease: () => {
          const state = run.clock.monotonicMs() < 9_000 ? 'live' : 'revoked';
          return Promise.resolve({ ...lease(run.clock), state } as const);
        },
      },
    });
    const report = await processMedia(run.config);
    expect(Object.keys(report.slateFrames)).toEqual(['permit-revoked']);
    // Within one question of the lease, five seconds.
    expect(report.renderedFrames).toBeLessThanOrEqual((9 + 5) * 25 + 1);
  });

  it('withholds the whole result when evidence is not kept', async () => {
    const run = await setUp(600);
    run.faults.submit = false;
    await expect(processMedia(run.config)).rejects.toMatchObject({ code: 'evidence-failed' });
    expect(run.sinkCalls).toEqual(['abort']);
    // It does not go on for the rest of the file either.
    expect(run.read).toBeLessThan(200);
  });

  it('aborts the output when the source or the sink fails, or there is nothing to show', async () => {
    const broken = await setUp(10);
    const sink = { ...broken.config.sink, write: () => Promise.reject(new Error('disk full')) };
    await expect(processMedia({ ...broken.config, sink })).rejects.toThrow('disk full');
    expect(broken.sinkCalls).toEqual(['abort']);
    const empty = await setUp(0);
    await expect(processMedia(empty.config)).rejects.toMatchObject({ code: 'no-frames' });
    expect(empty.sinkCalls).toEqual(['abort']);
  });

  it('tells of faults and of frames whose time does not advance', async () => {
    const run = await setUp(5);
    run.faults.render = 'throws';
    async function* stuttering(): AsyncGenerator<SourceFrame, void, undefined> {
      for (const [index, timestampMs] of [0, 40, 40, 80, 80, 120].entries()) {
        await Promise.resolve();
        yield { frame: cameraFrame(index), index, timestampMs };
      }
    }
    const report = await processMedia({ ...run.config, source: stuttering() });
    expect(report.outOfOrder).toBe(2);
    expect(run.events.filter(({ type }) => type === 'fault')).toHaveLength(6);
  });
});
