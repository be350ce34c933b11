import { type I420Frame } from '@guise/frame';
import { verifyEvidenceSegment } from '@guise/permit';
import { createFakeClock } from '@guise/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceFrame } from '../ports.js';
import { processMedia, type MediaProgress, type MediaReport } from '../process-media.js';
import { cameraFrame, face, SIZE } from '../testing/camera.js';
import { deviceKey, permit } from '../testing/permits.js';
import {
  evidenceCrypto,
  evidenceSink,
  FRAME_MS,
  lease,
  noFaults,
  picturePorts,
  runtimeClock,
  SESSION,
  VALID,
} from '../testing/world.js';
import { QUALITY_RUNGS, type QualityRung } from './rungs.js';

/** Milliseconds that a step takes on the machine of a test. */
interface Machine {
  readonly track: number;
  readonly enhance: number;
  /** Of a picture of this width, with the light followed or not. */
  readonly render: (width: number, followsLight: boolean) => number;
}

const QUICK: Machine = { track: 5, enhance: 2, render: () => 5 };
const CALM = cameraFrame(0);
const HALF_WIDTH = SIZE.width / 2;

/** One step each is slow, so that only the rung of that name helps. */
const SLOWED: Readonly<Record<QualityRung, Machine>> = {
  full: QUICK,
  'no-enhancement': { ...QUICK, enhance: 60 },
  'held-light': { ...QUICK, render: (_, followsLight) => (followsLight ? 60 : 15) },
  'half-tracking': { ...QUICK, track: 55 },
  'half-size': { ...QUICK, render: (width) => (width === HALF_WIDTH ? 18 : 60) },
  'half-rate': { ...QUICK, render: () => 60 },
  'quarter-rate': { ...QUICK, render: () => 120 },
  slate: { ...QUICK, render: () => 500 },
};

/** Frames on the rung in question before the machine is quick again, and at full quality before the session ends. */
const STAY_FRAMES = 24;
const LONGEST_SECONDS = 240;

type Step = 'track' | 'enhance' | 'render' | 'render-half' | 'mark' | 'light-held';

/** What happened between two changes of quality. */
interface Stay {
  readonly rung: QualityRung;
  readonly steps: Partial<Record<Step, number>>;
  readonly written: number[];
}

interface Lived {
  readonly report: MediaReport;
  readonly stays: readonly Stay[];
  readonly events: readonly MediaProgress[];
  readonly submitted: readonly string[];
}

/** A live session on a machine that is slow at first and quick after that. */
async function live(rung: QualityRung): Promise<Lived> {
  const clock = createFakeClock();
  const startMs = clock.monotonicMs();
  const elapsedMs = () => clock.monotonicMs() - startMs;
  const stays: Stay[] = [{ rung: 'full', steps: {}, written: [] }];
  const stayed = (name: QualityRung) =>
    stays.some((stay) => stay.rung === name && stay.written.length >= STAY_FRAMES);
  const machine = (): Machine => (stayed(rung) ? QUICK : SLOWED[rung]);
  const isOver = (): boolean => {
    const { rung: now, written: frames } = stays.at(-1) ?? { rung, written: [] };
    return now === 'full' && stayed(rung) && frames.length >= STAY_FRAMES;
  };
  const events: MediaProgress[] = [];
  const submitted: string[] = [];
  const spend = (step: Step, ms: number): void => {
    clock.advanceMs(ms);
    const steps = stays.at(-1)?.steps ?? {};
    steps[step] = (steps[step] ?? 0) + 1;
  };
  const ports = picturePorts(noFaults(), () => [face(1, 'wearer')], 'portrait');
  let followsLight = true;

  async function* camera(): AsyncGenerator<SourceFrame> {
    // The newest frame wins: what came while the last one was processed is gone.
    for (
      let index = 0;
      !isOver() && elapsedMs() < LONGEST_SECONDS * 1000;
      index = Math.ceil((elapsedMs() + 1) / FRAME_MS)
    ) {
      clock.advanceMs(Math.max(0, index * FRAME_MS - elapsedMs()));
      yield await Promise.resolve({ frame: CALM, index, timestampMs: index * FRAME_MS });
    }
  }

  const render = (out: I420Frame, seen: ReturnType<typeof face>, timestampMs: number) => {
    spend(out.width === HALF_WIDTH ? 'render-half' : 'render', machine().render(out.width, followsLight));
    if (!followsLight) spend('light-held', 0);
    return ports.renderer.render(out, seen, timestampMs);
  };
  const report = await processMedia({
    source: { [Symbol.asyncIterator]: () => camera() },
    sink: {
      write(_frame, timestampMs) {
        stays.at(-1)?.written.push(timestampMs);
        return Promise.resolve();
      },
      finish: () => Promise.resolve(),
      abort: () => Promise.resolve(),
    },
    size: SIZE,
    live: { framesPerSecond: 1000 / FRAME_MS },
    picture: {
      ...ports,
      sight: {
        ...ports.sight,
        track(frame, timestampMs) {
          spend('track', machine().track);
          return ports.sight.track(frame, timestampMs);
        },
      },
      marker: {
        ...ports.marker,
        mark(frame, epoch, timestampMs) {
          spend('mark', 1);
          ports.marker.mark(frame, epoch, timestampMs);
        },
      },
      renderer: {
        ...ports.renderer,
        rendersHalfSize: true,
        followLight(follows) {
          followsLight = follows;
        },
        render,
      },
      enhancer: {
        enhance() {
          spend('enhance', machine().enhance);
          return Promise.resolve();
        },
      },
    },
    authority: {
      session: SESSION,
      permit: await permit({ nowSeconds: clock.nowSeconds() }),
      source: {
        renew: () => permit({ nowSeconds: clock.nowSeconds() }),
        lease: () => Promise.resolve(lease(clock)),
        status: () => Promise.resolve(VALID),
        watch: () => () => undefined,
      },
      crypto: evidenceCrypto(),
      sink: evidenceSink(noFaults(), submitted, []),
    },
    clock: { ...runtimeClock(clock), pause: () => Promise.resolve() },
    onProgress(event) {
      events.push(event);
      if (event.type === 'quality') stays.push({ rung: event.to, steps: {}, written: [] });
    },
  });
  return { report, stays, events, submitted };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

describe.each(QUALITY_RUNGS)('a live session whose machine is slow until %s', (rung) => {
  let lived: Lived;
  beforeAll(async () => {
    lived = await live(rung);
  });

  it('goes down to it, rung by rung, and comes back to full quality', () => {
    const path = lived.stays.map((stay) => stay.rung);
    const down = QUALITY_RUNGS.slice(0, QUALITY_RUNGS.indexOf(rung) + 1);
    expect(path.slice(0, down.length)).toEqual(down);
    expect(path.at(-1)).toBe('full');
    const told = lived.events.filter(({ type }) => type === 'quality');
    expect(told).toHaveLength(lived.stays.length - 1);
  });

  it('really does less there', () => {
    const stay = lived.stays.find(
      (candidate) => candidate.rung === rung && candidate.written.length >= STAY_FRAMES,
    );
    if (stay === undefined) throw new Error(`${rung} was not stayed on`);
    const at = QUALITY_RUNGS.indexOf(rung);
    const isBelow = (name: QualityRung) => at >= QUALITY_RUNGS.indexOf(name);
    const { steps, written } = stay;
    const frames = written.length;
    const drawn = (steps.render ?? 0) + (steps['render-half'] ?? 0);
    const gapMs = median(written.slice(1).map((ms, i) => ms - (written[i] ?? 0)));
    if (isBelow('slate')) {
      expect(steps).toEqual({});
      expect(lived.report.slateFrames).toEqual({ overloaded: frames });
      return;
    }
    expect(drawn).toBe(frames);
    expect(steps.mark).toBe(frames);
    expect(steps.enhance ?? 0).toBe(isBelow('no-enhancement') ? 0 : frames);
    expect(steps['light-held'] ?? 0).toBe(isBelow('held-light') ? frames : 0);
    if (isBelow('half-tracking')) expect(steps.track ?? 0).toBeLessThanOrEqual(frames / 2 + 1);
    else expect(steps.track).toBe(frames);
    expect(steps['render-half'] ?? 0).toBe(isBelow('half-size') ? frames : 0);
    if (rung === 'half-rate') expect(gapMs).toBe(2 * FRAME_MS);
    if (rung === 'quarter-rate') expect(gapMs).toBe(4 * FRAME_MS);
  });

  it('shows nothing raw, and gives account of every frame', async () => {
    expect(lived.report.rawFrames).toBe(0);
    const segments = await Promise.all(
      lived.submitted.map((jws) => verifyEvidenceSegment(jws, deviceKey.publicJwk)),
    );
    const accounted = segments.flatMap(({ epochs }) => epochs).reduce((sum, { frames }) => sum + frames, 0);
    const written = lived.stays.reduce((sum, stay) => sum + stay.written.length, 0);
    expect(accounted).toBe(written);
    const counted = Object.values(lived.report.qualityFrames).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(written);
  });
});
