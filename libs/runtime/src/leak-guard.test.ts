import { describe, expect, it } from 'vitest';
import { createI420, drawDisclosureLabel, renderSlate, type Box, type I420Frame } from '@guise/frame';
import { DISCLOSURE_LABEL } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { createEmbedder, createEpochChain } from 'invisible-watermark-ts';
import { createLeakGuard } from './leak-guard.js';
import { cameraFrame, face, FACE_BOX, paintAvatar, SIZE } from './testing/camera.js';

describe('the leak guard', () => {
  it('knows a raw picture, and a raw face in a changed background', () => {
    const guard = createLeakGuard();
    const camera = cameraFrame(3);
    guard.remember(camera, [face(1, 'wearer')]);
    expect(guard.isRaw(camera)).toBe(true);
    const changed = cameraFrame(3);
    changed.data.fill(16, 0, FACE_BOX.y * SIZE.width);
    expect(guard.isRaw(changed)).toBe(true);
  });

  it('knows a raw picture when no face was seen', () => {
    const guard = createLeakGuard();
    guard.remember(cameraFrame(3), []);
    expect(guard.isRaw(cameraFrame(3))).toBe(true);
    expect(guard.isRaw(cameraFrame(4))).toBe(false);
  });

  it('finds one raw face among replaced ones', () => {
    const guard = createLeakGuard();
    const camera = cameraFrame(0);
    const second = { ...face(2, 'other'), box: { x: 5, y: 5, width: 20, height: 20 } };
    guard.remember(camera, [face(1, 'wearer'), second]);
    paintAvatar(camera, FACE_BOX);
    expect(guard.isRaw(camera)).toBe(true);
  });

  it('lets a replaced face and a slate pass', () => {
    const guard = createLeakGuard();
    const camera = cameraFrame(0);
    guard.remember(camera, [face(1, 'wearer')]);
    const rendered = cameraFrame(0);
    paintAvatar(rendered, FACE_BOX);
    expect(guard.isRaw(rendered)).toBe(false);
    expect(guard.isRaw(renderSlate(SIZE.width, SIZE.height, 'Away'))).toBe(false);
  });

  it('says nothing about a face outside the picture', () => {
    const guard = createLeakGuard();
    guard.remember(cameraFrame(0), [{ ...face(1, 'wearer'), box: { x: 900, y: 0, width: 10, height: 10 } }]);
    expect(guard.isRaw(cameraFrame(0))).toBe(false);
  });
});

const BIG = { width: 640, height: 360 } as const;
const BIG_BOX: Box = { x: 240, y: 60, width: 160, height: 200 };
const seenAt = (box: Box) => ({ ...face(1, 'wearer'), box });

/** Light that changes slowly, creases a few pixels wide, and noise as of a sensor. */
function texture(seed: string): (x: number, y: number) => number {
  const noise = createSeededRandom(seed)(BIG.width * BIG.height);
  return (x, y) => {
    const grain = ((noise[Math.floor(y) * BIG.width + Math.floor(x)] ?? 0) % 9) - 4;
    return 120 + 40 * Math.sin(x / 60) * Math.cos(y / 45) + 6 * Math.sin(x / 2.1 + y / 3) + grain;
  };
}

function picture(luma: (x: number, y: number) => number): I420Frame {
  const frame = createI420(BIG.width, BIG.height);
  for (let y = 0; y < BIG.height; y++) {
    for (let x = 0; x < BIG.width; x++) frame.data[y * BIG.width + x] = luma(x, y);
  }
  return frame;
}

/** The camera's picture with another one in the face box, as a renderer leaves it. */
function rendered(camera: I420Frame, avatar: (x: number, y: number) => number): I420Frame {
  const { x, y, width, height } = BIG_BOX;
  const isFace = (px: number, py: number) => px >= x && px < x + width && py >= y && py < y + height;
  return picture((px, py) => (isFace(px, py) ? avatar(px, py) : (camera.data[py * BIG.width + px] ?? 0)));
}

const KEY = createSeededRandom('leak guard')(32);
const chain = createEpochChain(KEY, 10);
const embedder = createEmbedder({ key: KEY, session: 4711, epochKey: (epoch) => chain.keyOf(epoch), ...BIG });

/** Labelled and marked by the real embedder, as it would leave. */
function finished(frame: I420Frame): I420Frame {
  const out = { ...frame, data: frame.data.slice() };
  expect(drawDisclosureLabel(out, DISCLOSURE_LABEL)).not.toBeNull();
  embedder.embed(out.data.subarray(0, BIG.width * BIG.height), BIG.width, 3);
  return out;
}

describe('under label and real mark', () => {
  const wearer = texture('wearer');
  const camera = picture(wearer);

  it('a raw face is still known, though most of its pixels changed', () => {
    const guard = createLeakGuard();
    guard.remember(camera, [seenAt(BIG_BOX)]);
    const out = finished(camera);
    const equal = out.data.subarray(0, BIG.width * BIG.height).filter((luma, i) => luma === camera.data[i]);
    expect(equal.length / (BIG.width * BIG.height)).toBeLessThan(0.5);
    expect(guard.isRaw(out)).toBe(true);
  });

  it('a raw picture in which no face was seen is known, before and after one was seen', () => {
    const guard = createLeakGuard();
    guard.remember(camera, []);
    expect(guard.isRaw(finished(camera))).toBe(true);
    guard.remember(camera, [seenAt(BIG_BOX)]);
    guard.remember(camera, []);
    expect(guard.isRaw(finished(camera))).toBe(true);
  });

  it.each([
    ['another face', texture('avatar')],
    ['the own face from another moment: the same creases, other grain, a pixel beside', shifted(wearer, 1)],
    ['the own face, brighter', (x: number, y: number) => wearer(x, y) + 20],
  ])('%s is no raw face', (_name, avatar) => {
    const guard = createLeakGuard();
    const out = finished(rendered(camera, avatar));
    guard.remember(camera, [seenAt(BIG_BOX)]);
    expect(guard.isRaw(out)).toBe(false);
    // A held picture over a still background, while no face is seen.
    guard.remember(camera, []);
    expect(guard.isRaw(out)).toBe(false);
  });

  it('smooth skin of the same light agrees within the amplitude and still is no raw face', () => {
    const light = (x: number, y: number) => 120 + 40 * Math.sin(x / 60) * Math.cos(y / 45);
    const grain = (seed: string) => {
      const noise = createSeededRandom(seed)(BIG.width * BIG.height);
      return (x: number, y: number) => light(x, y) + ((noise[y * BIG.width + x] ?? 0) % 3) - 1;
    };
    const smooth = picture(grain('today'));
    const guard = createLeakGuard();
    guard.remember(smooth, [seenAt(BIG_BOX)]);
    expect(guard.isRaw(rendered(smooth, grain('yesterday')))).toBe(false);
    expect(guard.isRaw(smooth)).toBe(true);
  });

  it('a slate is no raw picture', () => {
    const guard = createLeakGuard();
    const slate = finished(renderSlate(BIG.width, BIG.height, 'Away'));
    for (const faces of [[seenAt(BIG_BOX)], []]) {
      guard.remember(camera, faces);
      expect(guard.isRaw(slate)).toBe(false);
    }
  });
});

function shifted(of: (x: number, y: number) => number, by: number): (x: number, y: number) => number {
  return (x, y) => of(x + by, y);
}
