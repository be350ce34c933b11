import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@guise/testing';
import type { OutputRecord } from './evidence/epoch.js';
import { createGate } from './gate.js';
import { createSessionProcessor, type PicturePorts } from './session-processor.js';
import { cameraFrame, face, paintMark, SIZE } from './testing/camera.js';
import { AVATAR_SHA256, permit, SESSION_NUMBER, TEMPLATE_SHA256 } from './testing/permits.js';
import { lease, picturePorts, runtimeClock, type Faults, VALID } from './testing/world.js';

async function bench(change: (clock: ReturnType<typeof createFakeClock>) => Partial<PicturePorts>) {
  const clock = createFakeClock();
  const faults: Faults = {
    track: false,
    embed: false,
    render: 'fine',
    label: true,
    mark: 'fine',
    submit: true,
  };
  const records: OutputRecord[] = [];
  const gate = createGate(runtimeClock(clock), {
    avatarSha256: AVATAR_SHA256,
    templateSha256: TEMPLATE_SHA256,
    sessionNumber: SESSION_NUMBER,
  });
  const first = await permit({ nowSeconds: clock.nowSeconds() });
  gate.admit(first);
  gate.renewLease(lease(clock), clock.monotonicMs());
  gate.noteStatus(VALID, clock.monotonicMs());
  const processor = createSessionProcessor({
    size: SIZE,
    picture: { ...picturePorts(faults, () => [face(1, 'wearer')]), ...change(clock) },
    gate,
    clock: runtimeClock(clock),
    evidence: {
      failed: false,
      record: (output) => Promise.resolve(void records.push({ ...output })),
      finish: () => Promise.reject(new Error('not part of this')),
    },
  });
  return { processor, records, first };
}

describe('the session processor', () => {
  it('accounts for a rendered frame under the permit that let it pass, also when that ends meanwhile', async () => {
    const { processor, records, first } = await bench((clock) => ({
      marker: {
        mark(frame, epoch) {
          clock.advanceMs(300_000);
          paintMark(frame, epoch);
        },
        prepare: () => undefined,
        readsBack: () => true,
      },
    }));
    expect((await processor.processFrame(cameraFrame(0), 0)).state).toBe('rendered');
    expect((await processor.processFrame(cameraFrame(1), 40)).state).toBe('slate');
    expect(records.map(({ state, permitId }) => [state, permitId])).toEqual([
      ['rendered', first.claims.jti],
      ['slate', null],
    ]);
  });

  it('shows nothing when the permit ends while it looks', async () => {
    const { processor } = await bench((clock) => ({
      sight: {
        track() {
          clock.advanceMs(300_000);
          return Promise.resolve([face(1, 'wearer')]);
        },
        embed: () => Promise.resolve(Float32Array.of(0.9)),
      },
    }));
    expect(await processor.processFrame(cameraFrame(0), 0)).toMatchObject({
      state: 'slate',
      reason: 'permit-expired',
    });
  });

  it('never writes to the camera’s picture', async () => {
    const { processor } = await bench(() => ({}));
    const camera = cameraFrame(0);
    const { frame } = await processor.processFrame(camera, 0);
    expect(camera.data).toEqual(cameraFrame(0).data);
    expect(frame.data.buffer).not.toBe(camera.data.buffer);
  });

  it('counts a raw frame when even its slate shows the camera', async () => {
    const { processor } = await bench(() => ({
      sight: {
        track: () => Promise.resolve([face(1, 'wearer'), face(2, 'other')]),
        embed: () => Promise.resolve(Float32Array.of(0.9)),
      },
      slate: () => cameraFrame(0),
    }));
    await processor.processFrame(cameraFrame(0), 0);
    expect(processor.stats().rawFrames).toBe(1);
  });
});
