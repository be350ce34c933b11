import { describe, expect, it } from 'vitest';
import { verifyEvidenceSegment } from '@guise/permit';
import type { I420Frame } from '@guise/frame';
import type { AvatarRenderer } from './ports.js';
import { cameraFrame, countCameraPixels, PORTRAIT_BOX, SIZE } from './testing/camera.js';
import { deviceKey } from './testing/permits.js';
import { createWorld, FRAME_MS } from './testing/world.js';

/** Another room, another shirt, another skin: every luma differs, and the chroma too. */
function otherCamera(index: number): I420Frame {
  const frame = cameraFrame(index);
  const luma = SIZE.width * SIZE.height;
  return {
    ...frame,
    data: frame.data.map((value, i) => (i < luma ? 16 + ((value * 5 + i) % 200) : 255 - value)),
  };
}

const FRAMES = 60;

/** Every picture of a session, as it was drawn (before the mark) and as it left. */
async function picturesOf(mode: AvatarRenderer['mode'], camera: (index: number) => I420Frame) {
  const drawn: Uint8Array[] = [];
  const world = await createWorld({
    ...{ mode, camera },
    picture: ({ marker, ...ports }) => ({
      ...ports,
      marker: {
        ...marker,
        mark(frame, epoch, timestampMs) {
          drawn.push(frame.data.slice());
          marker.mark(frame, epoch, timestampMs);
        },
      },
    }),
  });
  const left: Uint8Array[] = [];
  for (let i = 0; i < FRAMES; i++) left.push((await world.step()).frame.data.slice());
  expect(world.processor.stats()).toMatchObject({ renderedFrames: FRAMES, rawFrames: 0 });
  return { drawn, left };
}

describe('a portrait session', () => {
  it('gives the same bytes whatever the camera shows, before the mark and after it', async () => {
    const [here, there] = [
      await picturesOf('portrait', cameraFrame),
      await picturesOf('portrait', otherCamera),
    ];
    expect(here.drawn).toHaveLength(FRAMES);
    expect(here.drawn).toEqual(there.drawn);
    expect(here.left).toEqual(there.left);
  });

  it('is told apart from an overlay by that', async () => {
    const [here, there] = [
      await picturesOf('overlay', cameraFrame),
      await picturesOf('overlay', otherCamera),
    ];
    expect(here.drawn.some((picture, i) => Buffer.compare(picture, there.drawn[i] ?? picture) === 0)).toBe(
      false,
    );
  });

  it('hands its renderer a blank sheet and the media time, frame by frame', async () => {
    const seen: { blank: boolean; timestampMs: number }[] = [];
    const world = await createWorld({
      mode: 'portrait',
      picture: (ports) => ({
        ...ports,
        renderer: {
          ...ports.renderer,
          mode: 'portrait',
          render(out, face, timestampMs) {
            seen.push({ blank: out.data.every((value) => value === 0), timestampMs });
            return ports.renderer.render(out, face, timestampMs);
          },
        },
      }),
    });
    for (let i = 0; i < 3; i++) await world.step();
    expect(seen).toEqual([0, 1, 2].map((i) => ({ blank: true, timestampMs: i * FRAME_MS })));
  });

  it('shows nothing of a picture that its renderer did not draw wholly', async () => {
    const faults: unknown[] = [];
    const world = await createWorld({ mode: 'portrait', onFault: (_step, error) => faults.push(error) });
    world.faults.render = 'partly';
    const result = await world.step();
    expect(result).toMatchObject({ state: 'slate', reason: 'render-failed' });
    expect(countCameraPixels(result.frame)).toBe(0);
    expect(faults).toEqual([expect.objectContaining({ code: 'portrait-incomplete' })]);
  });

  it('records the face where the avatar’s is, not where the camera saw the wearer’s', async () => {
    const world = await createWorld({ mode: 'portrait' });
    for (let i = 0; i < 30; i++) await world.step();
    await world.finish();
    const [jws = ''] = world.submitted;
    const { epochs } = await verifyEvidenceSegment(jws, deviceKey.publicJwk);
    const prints = epochs.flatMap(({ fingerprints }) => fingerprints);
    expect(prints.length).toBeGreaterThan(4);
    // The fake fingerprint begins with the x of the box it was given.
    for (const print of prints) expect(Buffer.from(print, 'base64url')[0]).toBe(PORTRAIT_BOX.x);
  });
});
