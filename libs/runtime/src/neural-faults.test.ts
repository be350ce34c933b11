import { describe, expect, it } from 'vitest';
import type { FaceEnhancer, OverlayAvatar } from './ports.js';
import type { PicturePorts } from './session-processor.js';
import { cameraFrame, countCameraPixels, FACE_BOX } from './testing/camera.js';
import { createWorld } from './testing/world.js';

const BEFORE = 30;
/** The last good picture stands for half a second. */
const HOLD = 12;

/** A session in which a network goes wrong in mid-stream. */
async function runWith(broken: (ports: PicturePorts, isBroken: () => boolean) => PicturePorts) {
  let frames = 0;
  const world = await createWorld({ picture: (ports) => broken(ports, () => frames > BEFORE) });
  const states: string[] = [];
  for (frames = 1; frames <= BEFORE + HOLD + 20; frames++) {
    const result = await world.step();
    const where = result.state === 'slate' ? undefined : FACE_BOX;
    expect(countCameraPixels(result.frame, where)).toBe(0);
    states.push(result.state === 'slate' ? result.reason : 'rendered');
  }
  expect(world.processor.stats().rawFrames).toBe(0);
  return { before: states.slice(0, BEFORE), after: states.slice(BEFORE + HOLD) };
}

/** An overlay whose picture takes its time, as a network's does. */
const swapping = (ports: PicturePorts, render: OverlayAvatar['render']): PicturePorts =>
  ports.renderer.mode === 'overlay' ? { ...ports, renderer: { ...ports.renderer, render } } : ports;

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a network that renders', () => {
  it.each([
    ['fails', () => Promise.reject(new Error('out of memory'))],
    [
      'claims to have rendered and did nothing',
      () => Promise.resolve({ status: 'rendered', face: FACE_BOX } as const),
    ],
  ])('and %s: the slate after the hold, never the camera', async (_what, failing) => {
    const { before, after } = await runWith((ports, isBroken) =>
      swapping(ports, async (frame, seen, timestampMs) => {
        await later();
        return isBroken() ? failing() : ports.renderer.render(frame, seen, timestampMs);
      }),
    );
    expect(new Set(before)).toEqual(new Set(['rendered']));
    expect(new Set(after)).toEqual(new Set(['render-failed']));
  });
});

describe('a network that enhances', () => {
  const enhancing = (enhance: FaceEnhancer['enhance']) => (ports: PicturePorts, isBroken: () => boolean) => ({
    ...ports,
    enhancer: {
      enhance: (...given: Parameters<FaceEnhancer['enhance']>) => (isBroken() ? enhance(...given) : later()),
    },
  });

  it('and fails: the slate after the hold', async () => {
    const { before, after } = await runWith(enhancing(() => Promise.reject(new Error('no device'))));
    expect(new Set(before)).toEqual(new Set(['rendered']));
    expect(new Set(after)).toEqual(new Set(['render-failed']));
  });

  it('and brings the camera’s face back: what it makes is not shown', async () => {
    let index = 0;
    const { after } = await runWith((ports, isBroken) => ({
      ...ports,
      sight: {
        ...ports.sight,
        track(frame, timestampMs) {
          index = Math.round(timestampMs / 40);
          return ports.sight.track(frame, timestampMs);
        },
      },
      enhancer: {
        async enhance(frame) {
          await later();
          if (isBroken()) frame.data.set(cameraFrame(index).data);
        },
      },
    }));
    expect(new Set(after)).toEqual(new Set(['render-failed']));
  });
});
