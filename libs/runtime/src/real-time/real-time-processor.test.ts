import { renderSlate, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import type { FrameSink } from '../ports.js';
import type { MediaReport } from '../process-media.js';
import { cameraFrame, countCameraPixels, SIZE } from '../testing/camera.js';
import {
  createRealTimeProcessor,
  type RealTimeEvent,
  type RealTimeMemory,
  type RealTimeOptions,
  type RenderThread,
} from './real-time-processor.js';
import { ringSink, ringSource } from './ring-ports.js';
import { openPermission } from './shared-permission.js';

const REPORT = { frames: 0 } as MediaReport;
const FOREVER = { openUntilMs: Number.MAX_SAFE_INTEGER / 1000 };

const clock: RealTimeOptions['clock'] = {
  monotonicMs: () => performance.now(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
};

/** Gives other work a turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function* camera(frames: number, onFrame?: (index: number) => void | Promise<void>) {
  for (let index = 0; index < frames; index++) {
    await onFrame?.(index);
    yield { frame: cameraFrame(index) };
    await turn();
  }
}

function openSink() {
  const written: I420Frame[] = [];
  const ends: string[] = [];
  const sink: FrameSink = {
    write: (frame) => Promise.resolve(void written.push({ ...frame, data: frame.data.slice() })),
    finish: () => Promise.resolve(void ends.push('finish')),
    abort: () => Promise.resolve(void ends.push('abort')),
  };
  return { written, ends, sink };
}

const base = { size: SIZE, slate: renderSlate, clock, framesPerSecond: 25 };

/** A renderer in this thread: hands frames on, with a step of the test's before each. */
function renderHere(
  before: (index: number, memory: RealTimeMemory) => void | Promise<void> = () => undefined,
): RealTimeOptions['startRenderer'] {
  return (memory): RenderThread => {
    const run = async () => {
      const sink = ringSink(memory.finished);
      openPermission(memory.permission).publish(FOREVER);
      for await (const { frame, timestampMs, index } of ringSource(memory.captured)) {
        await before(index, memory);
        await sink.write(frame, timestampMs);
      }
      await sink.finish();
      return REPORT;
    };
    return { report: run(), terminate: () => Promise.resolve() };
  };
}

describe('a live session', () => {
  it('hands every frame on in order while everybody keeps up', async () => {
    const { sink, written, ends } = openSink();
    const report = await createRealTimeProcessor({
      ...{ ...base, sink, startRenderer: renderHere() },
      camera: camera(40, turn),
    }).finished;
    expect(report).toMatchObject({ captured: 40, session: REPORT, output: { outOfOrder: 0 } });
    expect(report.output.shown + report.droppedBeforeRendering + report.droppedBeforeShowing).toBe(40);
    expect(written.at(-1)).toEqual(cameraFrame(39));
    expect(ends).toEqual(['finish']);
  });

  it('shows nothing of what the renderer sends after the gate was shut', async () => {
    const { sink, written } = openSink();
    const events: RealTimeEvent[] = [];
    await createRealTimeProcessor({
      ...{ ...base, sink, onEvent: (event) => events.push(event) },
      camera: camera(30, turn),
      startRenderer: renderHere((index, { permission }) => {
        if (index >= 10) openPermission(permission).publish({ shut: 'permit-revoked' });
      }),
    }).finished;
    const lastShown = written.findLastIndex((frame) => countCameraPixels(frame) > 0);
    expect(lastShown).toBeLessThanOrEqual(10);
    expect(written.length).toBeGreaterThan(lastShown + 1);
    expect(events).toContainEqual({ type: 'output', reason: 'permit-revoked' });
  });

  it('goes on with the slate when the session fails, and says so in the end', async () => {
    const { sink, written, ends } = openSink();
    const events: RealTimeEvent[] = [];
    const failed = new Error('evidence could not be kept');
    const processor = createRealTimeProcessor({
      ...{ ...base, sink, onEvent: (event) => events.push(event) },
      camera: camera(30, async () => {
        await clock.pause(30);
      }),
      startRenderer: renderHere((index) => {
        if (index === 5) throw failed;
      }),
    });
    await expect(processor.finished).rejects.toMatchObject({ code: 'renderer-failed', cause: failed });
    expect(events).toContainEqual({ type: 'failed', error: failed });
    const after = written.slice(written.findLastIndex((frame) => countCameraPixels(frame) > 0) + 1);
    expect(after.length).toBeGreaterThan(0);
    expect(ends).toEqual(['abort']);
  });

  it('stops when it is told to, also while the camera gives nothing', async () => {
    const { sink, ends } = openSink();
    const started = Promise.withResolvers<undefined>();
    const silent = camera(2, async (index) => {
      if (index === 0) return;
      started.resolve(undefined);
      await new Promise(() => undefined);
    });
    const processor = createRealTimeProcessor({
      ...{ ...base, sink, camera: silent, startRenderer: renderHere() },
    });
    await started.promise;
    processor.stop();
    expect(await processor.finished).toMatchObject({ captured: 1 });
    expect(ends).toEqual(['finish']);
  });

  it('does not wait for ever for a renderer that hangs after the capture, and shows the slate meanwhile', async () => {
    const { sink, written, ends } = openSink();
    // A second of this clock is a millisecond.
    const fast: RealTimeOptions['clock'] = {
      monotonicMs: () => performance.now() * 1000,
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 1000)),
    };
    let terminated = 0;
    const processor = createRealTimeProcessor({
      ...{ ...base, sink, clock: fast, camera: camera(3, turn) },
      startRenderer: () => ({
        report: new Promise(() => undefined),
        terminate: () => Promise.resolve((terminated += 1)),
      }),
    });
    await expect(processor.finished).rejects.toMatchObject({ code: 'renderer-failed' });
    expect(written.length).toBeGreaterThan(0);
    expect(written.every((frame) => countCameraPixels(frame) === 0)).toBe(true);
    expect({ ends, terminated }).toEqual({ ends: ['abort'], terminated: 1 });
  });

  it('ends when the sink is gone, and lets the thread go', async () => {
    const { sink, ends } = openSink();
    const gone = new Error('the camera device was unplugged');
    let terminated = 0;
    const startRenderer: RealTimeOptions['startRenderer'] = (memory, onProgress) => ({
      ...renderHere()(memory, onProgress),
      terminate: () => Promise.resolve((terminated += 1)),
    });
    const processor = createRealTimeProcessor({
      ...{ ...base, startRenderer, camera: camera(1000, turn) },
      sink: { ...sink, write: () => Promise.reject(gone) },
    });
    await expect(processor.finished).rejects.toBe(gone);
    expect({ ends, terminated }).toEqual({ ends: ['abort'], terminated: 1 });
  });
});
