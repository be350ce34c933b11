import { createI420, type I420Frame } from '@guise/frame';
import { createFakeClock } from '@guise/testing';
import { describe, expect, it } from 'vitest';
import type { FrameSink, SourceFrame } from '../ports.js';
import { processMedia, type MediaConfig } from '../process-media.js';
import { cameraFrame, face, SIZE } from '../testing/camera.js';
import { permit } from '../testing/permits.js';
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
import type { CameraWishes } from './camera-care.js';

const FRAMES = 60;
const BOTH: CameraWishes = { fillLight: true, denoise: true };
const LUMA = SIZE.width * SIZE.height;

/** The fake camera in the dark. */
function darkFrame(index: number): I420Frame {
  const frame = cameraFrame(index);
  const dark = createI420(SIZE.width, SIZE.height);
  dark.data.set(frame.data.map((code, i) => (i < LUMA ? 16 + ((code - 101) >> 2) : code)));
  return dark;
}

interface Watched {
  readonly written: I420Frame[];
  /** What sight was shown. */
  readonly seen: I420Frame[];
  readonly read: I420Frame[];
}

async function run(
  change: Partial<MediaConfig>,
  {
    render = 'fine',
    looksAside = true,
    revokedAt = FRAMES,
  }: Partial<ReturnType<typeof noFaults>> & {
    readonly looksAside?: boolean;
    readonly revokedAt?: number;
  } = {},
) {
  const clock = createFakeClock();
  const faults = { ...noFaults(), render };
  const watched: Watched = { written: [], seen: [], read: [] };
  const copy = (frame: I420Frame): I420Frame => ({ ...frame, data: frame.data.slice() });
  let end: (how: 'revoked') => void = () => undefined;
  async function* camera(): AsyncGenerator<SourceFrame, void, undefined> {
    for (let index = 0; index < FRAMES; index++) {
      if (index > 0) clock.advanceMs(FRAME_MS);
      await new Promise((resolve) => setImmediate(resolve));
      if (index === revokedAt) end('revoked');
      const frame = darkFrame(index);
      watched.read.push(frame);
      yield { frame, index, timestampMs: index * FRAME_MS };
    }
  }
  const sink: FrameSink = {
    write: (frame) => Promise.resolve(void watched.written.push(copy(frame))),
    finish: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
  const ports = picturePorts(faults, () => [face(1, 'wearer')]);
  const track = (frame: I420Frame, timestampMs: number) => {
    watched.seen.push(copy(frame));
    return ports.sight.track(frame, timestampMs);
  };
  const report = await processMedia({
    ...{ source: { [Symbol.asyncIterator]: () => camera() }, sink, size: SIZE },
    picture: { ...ports, sight: { ...ports.sight, track, looksAside } },
    authority: {
      session: SESSION,
      permit: await permit({ nowSeconds: clock.nowSeconds(), ttlSeconds: 300 }),
      source: {
        renew: () => permit({ nowSeconds: clock.nowSeconds(), ttlSeconds: 300 }),
        lease: () => Promise.resolve(lease(clock)),
        status: () => Promise.resolve(VALID),
        watch: (onEnd) => {
          end = onEnd;
          return () => undefined;
        },
      },
      crypto: evidenceCrypto(),
      sink: evidenceSink(faults, [], []),
    },
    clock: { ...runtimeClock(clock), pause: () => Promise.resolve() },
    ...change,
  });
  return { report, ...watched };
}

const meanLuma = ({ data }: I420Frame): number => data.subarray(0, LUMA).reduce((a, b) => a + b, 0) / LUMA;

describe('the camera’s picture', () => {
  it.each([true, false])(
    'is improved before sight and drawing, once for each frame (aside: %s)',
    async (aside) => {
      const { report, seen, read, written } = await run({ camera: BOTH }, { looksAside: aside });
      expect(seen).toHaveLength(FRAMES);
      const [first = 0, last = 0] = [seen[0], seen.at(-1)].map((frame) => frame && meanLuma(frame));
      expect(last).toBeGreaterThan(first + 20);
      // The overlay draws on the picture that sight saw; below the label and beside the face it is the same but for the mark's ±2.
      const at = 100 * SIZE.width + 5;
      expect(Math.abs((written.at(-1)?.data[at] ?? 0) - (seen.at(-1)?.data[at] ?? 0))).toBeLessThanOrEqual(2);
      // What the source lent is as it was.
      read.forEach((frame, index) => {
        expect(frame.data).toEqual(darkFrame(index).data);
      });
      const names = report.stages.map(({ name }) => name);
      expect(names.slice(0, 3)).toEqual(['decode', 'denoise', 'fill-light']);
      expect(report).toMatchObject({ rawFrames: 0, outOfOrder: 0 });
    },
  );

  it('is what the camera gave, bit for bit, when nothing is wished', async () => {
    const plain = await run({});
    const none = await run({ camera: { fillLight: false, denoise: false } });
    expect(none.written).toEqual(plain.written);
    plain.seen.forEach((frame, index) => {
      expect(frame.data).toEqual(darkFrame(index).data);
    });
    expect(none.report.stages.map(({ name }) => name)).not.toContain('denoise');
  });
});

describe('an improved picture', () => {
  it('that no renderer touched never leaves: the witness knows it as the camera’s', async () => {
    const { report } = await run({ camera: BOTH }, { render: 'idle' });
    expect(report.renderedFrames).toBe(0);
    expect(report.rawFrames).toBe(0);
    expect(report.slateFrames['render-failed']).toBeGreaterThan(0);
  });

  it('is not shown after the session was revoked', async () => {
    const { report, written } = await run({ camera: BOTH }, { revokedAt: 30 });
    const slate = written.at(-1);
    const lastShown = written.findLastIndex(({ data }) => !Buffer.from(data).equals(slate?.data ?? data));
    expect(lastShown).toBeLessThan(31);
    expect(report.slateFrames['permit-revoked']).toBeGreaterThan(25);
    expect(report.rawFrames).toBe(0);
  });
});
