import { renderSlate, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import type { FrameSink } from '../ports.js';
import { SLATE_TEXT } from '../reasons.js';
import { cameraFrame, countCameraPixels, SIZE } from '../testing/camera.js';
import { allocateFrameRing, openRingWriter } from './frame-ring.js';
import { showFrames, STALL_MS, type OutputReason } from './output-loop.js';
import { allocatePermission, openPermission } from './shared-permission.js';

const FRAME_MS = 40;

/** An output whose time passes only when the test says so. The renderer's frames are full of camera pixels, to be countable. */
function openOutput(kind: Pick<FrameSink, 'beginsWithSession'> = {}) {
  const frames = allocateFrameRing(SIZE.width, SIZE.height);
  const captured = allocateFrameRing(SIZE.width, SIZE.height);
  const camera = openRingWriter(captured);
  const permission = allocatePermission();
  const written: I420Frame[] = [];
  const reasons: (OutputReason | null)[] = [];
  const sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];
  const time = { nowMs: 1000 };
  const done = showFrames({
    ...{ captured, frames, permission, slate: renderSlate, frameMs: FRAME_MS, startMs: 1000 },
    sink: {
      write: (frame) => Promise.resolve(void written.push({ ...frame, data: frame.data.slice() })),
      finish: () => Promise.resolve(),
      abort: () => Promise.resolve(),
      ...kind,
    },
    clock: {
      monotonicMs: () => time.nowMs,
      pause: (ms) =>
        new Promise((wake) => {
          sleepers.push({ untilMs: time.nowMs + ms, wake });
        }),
    },
    onReason: (reason) => reasons.push(reason),
  });
  const writer = openRingWriter(frames);
  return {
    ...{ written, reasons, done, writer, time, permission: openPermission(permission) },
    /** The camera gives a picture. */
    capture(index: number) {
      camera.write(cameraFrame(index), time.nowMs - 1000);
    },
    async show(index: number) {
      writer.write(cameraFrame(index), time.nowMs - 1000);
      await settled();
    },
    async pass(ms: number) {
      const endMs = time.nowMs + ms;
      for (;;) {
        const due = sleepers.filter(({ untilMs }) => untilMs <= endMs);
        const [first] = due.sort((a, b) => a.untilMs - b.untilMs);
        if (first === undefined) break;
        sleepers.splice(sleepers.indexOf(first), 1);
        time.nowMs = Math.max(time.nowMs, first.untilMs);
        first.wake();
        await settled();
      }
      time.nowMs = endMs;
    },
  };
}

/** Everything that is ready to run has run. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const isSlate = (frame: I420Frame): boolean => countCameraPixels(frame) === 0;

describe('what shows the finished frames', () => {
  it('shows nothing before the gate said anything', async () => {
    const output = openOutput();
    await output.show(0);
    expect(output.written).toEqual([renderSlate(SIZE.width, SIZE.height, SLATE_TEXT['no-permit'])]);
    expect(output.reasons).toEqual(['no-permit']);
  });

  it('shows frames while the permission stands, to the millisecond', async () => {
    const output = openOutput();
    output.permission.publish({ openUntilMs: 1100 });
    await output.show(0);
    output.time.nowMs = 1099;
    await output.show(1);
    output.time.nowMs = 1100;
    await output.show(2);
    expect(output.written.map(isSlate)).toEqual([false, false, true]);
    expect(output.reasons).toEqual(['lease-lost']);
  });

  it('shows no frame that waited while the gate was shut, though it was rendered before', async () => {
    const output = openOutput();
    output.permission.publish({ openUntilMs: 9999 });
    await output.show(0);
    output.writer.write(cameraFrame(1), 40);
    output.permission.publish({ shut: 'permit-revoked' });
    await settled();
    await output.show(2);
    expect(output.written.map(isSlate)).toEqual([false, true, true]);
    expect(output.reasons).toEqual(['permit-revoked']);
  });

  it('shows the slate at the meeting’s rate while nothing comes, and its frames again when it goes on', async () => {
    const output = openOutput();
    output.permission.publish({ openUntilMs: 99_999 });
    output.capture(0);
    await output.show(0);
    await output.pass(STALL_MS - 1);
    expect(output.written).toHaveLength(1);
    await output.pass(1 + 5 * FRAME_MS);
    const slates = output.written.slice(1);
    expect(slates.length).toBeGreaterThanOrEqual(5);
    expect(slates.every(isSlate)).toBe(true);
    await output.show(1);
    expect(output.written.at(-1)).toEqual(cameraFrame(1));
    expect(output.reasons).toEqual(['stalled', null]);
    output.writer.close();
    await output.pass(1);
    expect(await output.done).toMatchObject({ shown: 2, slates: slates.length, outOfOrder: 0 });
  });

  it('says whether the camera or the renderer is at fault', async () => {
    const output = openOutput();
    output.permission.publish({ openUntilMs: 99_999 });
    output.capture(0);
    await output.pass(STALL_MS);
    expect(output.reasons).toEqual(['starting']);
    await output.show(0);
    for (let i = 0; i < 20; i++) {
      output.capture(i);
      await output.pass(FRAME_MS);
    }
    expect(output.reasons).toEqual(['starting', null, 'stalled']);
    await output.pass(2 * STALL_MS);
    expect(output.reasons.at(-1)).toBe('no-camera');
    expect(output.written.filter((frame) => !isSlate(frame))).toEqual([cameraFrame(0)]);
  });

  it('keeps what a recording begins with to its first frame, and every slate after it', async () => {
    const output = openOutput({ beginsWithSession: true });
    output.permission.publish({ openUntilMs: 99_999 });
    output.capture(0);
    await output.pass(STALL_MS + 5 * FRAME_MS);
    expect(output.written).toEqual([]);
    expect(output.reasons).toEqual(['starting']);
    await output.show(0);
    await output.pass(STALL_MS + 2 * FRAME_MS);
    expect(output.written.slice(0, 2).map(isSlate)).toEqual([false, true]);
  });

  it('counts frames that come out of order', async () => {
    const output = openOutput();
    output.permission.publish({ openUntilMs: 99_999 });
    for (const timestampMs of [40, 20]) {
      output.writer.write(cameraFrame(0), timestampMs);
      await settled();
    }
    output.writer.close();
    expect(await output.done).toMatchObject({ shown: 2, outOfOrder: 1 });
  });
});
