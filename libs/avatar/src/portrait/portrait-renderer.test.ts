import { createI420, planesOf, type I420Frame } from '@guise/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AvatarError } from '../errors.js';
import { paintPortrait, syntheticLandmarks } from '../test-support/synthetic-face.js';
import { CONTROL_POINTS, NEUTRAL_PARAMETERS, SHIFT_COUNT, type FaceParameters } from './parameters.js';
import { createPortraitRenderer, type PortraitAvatar } from './portrait-renderer.js';

const POSE = { x: 300, y: 260, pxPerCm: 15 };
const LANDMARKS = syntheticLandmarks({ ...POSE, jawCm: 0 });
const SIZE = { width: 640, height: 360 };
/** The stage shows 42 cm: so many of its pixels are one of the picture. */
const ZOOM = SIZE.height / (42 * POSE.pxPerCm);
const TOP = (LANDMARKS[168 * 3 + 1] ?? 0) - 0.42 * 42 * POSE.pxPerCm;

function avatarWith(spots: readonly number[] = []): PortraitAvatar {
  const picture = paintPortrait(LANDMARKS, POSE.pxPerCm, {
    skin: [200, 160, 140],
    background: [60, 90, 130],
    spots,
  });
  return { picture, landmarks: LANDMARKS };
}

const plain = createPortraitRenderer(avatarWith(), SIZE);

function draw(parameters: Partial<FaceParameters>, renderer = plain): I420Frame {
  const frame = createI420(SIZE.width, SIZE.height, 200, 90, 90);
  renderer.render({ ...NEUTRAL_PARAMETERS, ...parameters }, frame);
  return frame;
}

/** Mean luma around a vertex of the picture at rest, moved by centimetres. */
function lumaAt(frame: I420Frame, vertex: number, dyCm = 0, dxCm = 0, radius = 1): number {
  const x = Math.round(((LANDMARKS[vertex * 3] ?? 0) - POSE.x + dxCm * POSE.pxPerCm) * ZOOM + SIZE.width / 2);
  const y = Math.round(((LANDMARKS[vertex * 3 + 1] ?? 0) + dyCm * POSE.pxPerCm - TOP) * ZOOM);
  const plane = planesOf(frame).y;
  let sum = 0;
  for (let row = y - radius; row <= y + radius; row++)
    for (let column = x - radius; column <= x + radius; column++)
      sum += plane[row * SIZE.width + column] ?? 0;
  return sum / (2 * radius + 1) ** 2;
}

function head(moved: Partial<FaceParameters['head']>): Partial<FaceParameters> {
  return { head: { ...NEUTRAL_PARAMETERS.head, ...moved } };
}

function jaw(cm: number): Partial<FaceParameters> {
  const shifts = new Array<number>(SHIFT_COUNT).fill(0);
  for (const vertex of [14, 178, 402, 17, 181, 405, 152]) shifts[2 * CONTROL_POINTS.indexOf(vertex) + 1] = cm;
  return { shifts };
}

describe('portrait renderer', () => {
  it('overwrites every sample: not one camera pixel is left, whatever the frame held', () => {
    const noisy = (seed: number): I420Frame => {
      const frame = createI420(SIZE.width, SIZE.height);
      for (let i = 0; i < frame.data.length; i++) frame.data[i] = (i * 7919 * seed + (i >> 7) * seed) & 255;
      return frame;
    };
    const parameters = { ...NEUTRAL_PARAMETERS, ...head({ yawDeg: 14, xCm: 3 }), ...jaw(1) };
    const frames = [noisy(1), noisy(23), createI420(SIZE.width, SIZE.height, 235, 20, 220)];
    for (const frame of frames) plain.render(parameters, frame);
    expect(Buffer.compare(frames[0]?.data ?? Buffer.of(), frames[1]?.data ?? Buffer.of())).toBe(0);
    expect(Buffer.compare(frames[0]?.data ?? Buffer.of(), frames[2]?.data ?? Buffer.of())).toBe(0);
  });

  it('says where the face is in its own picture, and stays within limited range', () => {
    const frame = createI420(SIZE.width, SIZE.height);
    const rest = plain.render(NEUTRAL_PARAMETERS, frame);
    const [tipX, tipY] = [SIZE.width / 2, ((LANDMARKS[1 * 3 + 1] ?? 0) - TOP) * ZOOM];
    expect(rest.x + rest.width / 2).toBeCloseTo(tipX, 0);
    expect(rest.y).toBeLessThan(tipY);
    expect(rest.y + rest.height).toBeGreaterThan(tipY);
    // An average face is 15 cm wide; the view shows 42 cm.
    expect(rest.width / SIZE.height).toBeCloseTo(15.4 / 42, 1);
    const moved = plain.render({ ...NEUTRAL_PARAMETERS, ...head({ xCm: 3 }) }, frame);
    expect((moved.x - rest.x) / (SIZE.height / 42)).toBeCloseTo(2.8, 0);
    expect(frame.data.every((value) => value >= 16 && value <= 240)).toBe(true);
  });

  it('gives equal bytes for equal parameters, whatever came before and in another renderer', () => {
    const first = draw({ ...head({ pitchDeg: 9 }), gaze: { yawDeg: 12, pitchDeg: 0 } });
    draw({ ...head({ yawDeg: -20 }), lids: { left: 0, right: 0 } });
    const again = draw({ ...head({ pitchDeg: 9 }), gaze: { yawDeg: 12, pitchDeg: 0 } });
    expect(Buffer.compare(first.data, again.data)).toBe(0);
    const other = draw(
      { ...head({ pitchDeg: 9 }), gaze: { yawDeg: 12, pitchDeg: 0 } },
      createPortraitRenderer(avatarWith(), SIZE),
    );
    expect(Buffer.compare(first.data, other.data)).toBe(0);
  });

  it('moves what is on the head with it and leaves the background still', () => {
    const renderer = createPortraitRenderer(avatarWith([50]), SIZE);
    const rest = draw({}, renderer);
    expect(lumaAt(rest, 50)).toBeLessThan(lumaAt(rest, 280) - 40);
    const moved = draw(head({ xCm: 3 }), renderer);
    expect(lumaAt(moved, 50, 0, 2.85)).toBeLessThan(lumaAt(moved, 280) - 40);
    expect(lumaAt(moved, 50)).toBeGreaterThan(lumaAt(rest, 50) + 40);
    const [before, after] = [planesOf(rest), planesOf(moved)];
    for (let y = 0; y < SIZE.height; y++)
      for (const x of [3, 60, 580, 636])
        expect(after.y[y * SIZE.width + x]).toBe(before.y[y * SIZE.width + x]);
  });

  it('shows background, not head, where the head has been', () => {
    const rest = draw({});
    const moved = draw(head({ xCm: 5 }));
    // Left edge of the painted head, level with the eyes.
    const behind = lumaAt(rest, 168, 0, -11.5);
    expect(Math.abs(lumaAt(moved, 168, 0, -6.5) - behind)).toBeLessThan(25);
    expect(lumaAt(rest, 168, 0, -6.5)).toBeGreaterThan(behind + 50);
  });

  it('moves the irises with the gaze and covers them when the lids shut', () => {
    const rest = draw({});
    expect(lumaAt(rest, 468)).toBeLessThan(80);
    const aside = draw({ gaze: { yawDeg: 25, pitchDeg: 0 } });
    expect(lumaAt(aside, 468, 0, 0.35)).toBeLessThan(lumaAt(aside, 468, 0, -0.5) - 20);
    const shut = draw({ lids: { left: 0, right: 0 } });
    for (const iris of [468, 473]) expect(lumaAt(shut, iris, -0.25)).toBeGreaterThan(lumaAt(rest, iris) + 50);
  });

  it('opens the mouth on a dark inside', () => {
    const rest = draw({});
    const open = draw(jaw(2));
    expect(lumaAt(open, 13, 1.3)).toBeLessThan(lumaAt(rest, 13, 1.3) - 50);
  });

  it('leaves no closed mouth behind: the dark line between painted lips is gone when they part', () => {
    const { picture } = avatarWith();
    const line = Math.round(LANDMARKS[13 * 3 + 1] ?? 0);
    for (let y = line - 1; y <= line + 1; y++)
      for (let x = POSE.x - 30; x < POSE.x + 30; x++)
        picture.data.set([40, 20, 15], (y * picture.width + x) * 3);
    const lined = createPortraitRenderer({ picture, landmarks: LANDMARKS }, SIZE);
    const darkest = (frame: I420Frame): number =>
      Math.min(...[-0.2, -0.1, 0, 0.1].map((dyCm) => lumaAt(frame, 13, dyCm, 0, 0)));
    expect(darkest(draw({}, lined))).toBeLessThan(darkest(draw({})) - 40);
    expect(darkest(draw(jaw(1.5), lined))).toBeGreaterThan(darkest(draw(jaw(1.5))) - 20);
  });

  it('takes any finite parameters', () => {
    const any = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    const frame = createI420(SIZE.width, SIZE.height);
    fc.assert(
      fc.property(fc.array(any, { minLength: 10 + SHIFT_COUNT, maxLength: 10 + SHIFT_COUNT }), (values) => {
        const [yawDeg = 0, pitchDeg = 0, rollDeg = 0, xCm = 0, yCm = 0, zCm = 0] = values;
        const [left = 0, right = 0, yaw = 0, pitch = 0, ...shifts] = values.slice(6);
        const place = { yawDeg, pitchDeg, rollDeg, xCm, yCm, zCm };
        const parameters = {
          head: place,
          lids: { left, right },
          gaze: { yawDeg: yaw, pitchDeg: pitch },
          shifts,
        };
        const { x, y, width, height } = plain.render(parameters, frame);
        expect([x, y, width, height].every(Number.isFinite)).toBe(true);
        expect(frame.data.every((value) => value >= 16 && value <= 240)).toBe(true);
      }),
      { numRuns: 40, seed: 20261122 },
    );
  });

  it('uses the mask it is given', () => {
    const nobody = { width: 8, height: 8, data: new Uint8Array(64) };
    const renderer = createPortraitRenderer({ ...avatarWith(), personMask: nobody }, SIZE);
    const moved = head({ xCm: 5 });
    // Beside the eye, where the head was: with nobody in the mask, it belongs to the background and stays.
    expect(lumaAt(draw(moved, renderer), 168, 0, -8)).toBeGreaterThan(lumaAt(draw(moved), 168, 0, -8) + 40);
  });

  it('draws also with a mask that says person everywhere', () => {
    const everybody = { width: 8, height: 8, data: new Uint8Array(64).fill(255) };
    const moved = draw(
      head({ xCm: 5 }),
      createPortraitRenderer({ ...avatarWith(), personMask: everybody }, SIZE),
    );
    expect(moved.data.every((value) => value >= 16 && value <= 240)).toBe(true);
    // Not the green of a fill from nothing.
    const { u } = planesOf(moved);
    expect(u.every((value) => value > 60)).toBe(true);
  });

  it('refuses sizes, frames and parameters that it cannot draw', () => {
    const codeOf = (attempt: () => unknown): string => {
      try {
        attempt();
        return 'accepted';
      } catch (error) {
        return error instanceof AvatarError ? error.code : 'untyped';
      }
    };
    const make = (width: number, height: number) => (): unknown =>
      createPortraitRenderer(avatarWith(), { width, height });
    expect(codeOf(make(641, 360))).toBe('size-unsupported');
    expect(codeOf(make(32, 32))).toBe('size-unsupported');
    expect(codeOf(make(8192, 360))).toBe('size-unsupported');
    const frame = createI420(320, 180);
    expect(
      codeOf(() => {
        plain.render(NEUTRAL_PARAMETERS, frame);
      }),
    ).toBe('size-unsupported');
    expect(codeOf(() => draw({ lids: { left: NaN, right: 1 } }))).toBe('parameters-invalid');
    expect(codeOf(() => draw({ shifts: [] }))).toBe('parameters-invalid');
    const mask = { width: 9, height: 8, data: new Uint8Array(64) };
    const masked = { ...avatarWith(), personMask: mask };
    expect(codeOf(() => createPortraitRenderer(masked, SIZE))).toBe('picture-size-mismatch');
    const away = { ...avatarWith(), landmarks: syntheticLandmarks({ ...POSE, yawDeg: 60 }) };
    expect(codeOf(() => createPortraitRenderer(away, SIZE))).toBe('face-turned-away');
  });
});
