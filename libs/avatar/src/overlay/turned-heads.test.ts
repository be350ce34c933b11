import { copyI420, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { AvatarError } from '../errors.js';
import {
  cameraFrame,
  observe,
  paintAvatar,
  syntheticLandmarks,
  type AvatarPaint,
} from '../test-support/synthetic-face.js';
import type { FloatPicture } from './picture.js';
import { prepareAvatar } from './prepare.js';
import { createOverlayRenderer } from './renderer.js';
import { texturePositions } from './texture.js';
import type { FaceView, OverlayRenderer, TurnedViews } from './types.js';

const AVATAR_POSE = { x: 300, y: 340, pxPerCm: 28 };
const WEARER_POSE = { x: 320, y: 240, pxPerCm: 18 };
const SKIN = [200, 160, 140] as const;
/** On the jaw of the subject's right half, which a picture from the front sees at a glancing angle; and its counterpart. */
const [RIGHT_JAW, LEFT_JAW] = [215, 435];
const [CHEEK, NOSE_TIP, UPPER_LIP, LID, CHIN] = [50, 4, 0, 159, 152];

function viewOf(pose: { yawDeg?: number; jawCm?: number }, spots: AvatarPaint['spots'] = []): FaceView {
  const landmarks = syntheticLandmarks({ ...AVATAR_POSE, ...pose });
  return { landmarks, picture: paintAvatar(landmarks, AVATAR_POSE.pxPerCm, { skin: SKIN, spots }) };
}

function rendererOf(turned?: TurnedViews, spots: AvatarPaint['spots'] = []): OverlayRenderer {
  return createOverlayRenderer(
    { ...viewOf({}, spots), ...(turned === undefined ? {} : { turned }) },
    { shapeBlend: 0 },
  );
}

function draw(renderer: OverlayRenderer, yawDeg: number): I420Frame {
  const frame = cameraFrame(640, 480, 130);
  const landmarks = syntheticLandmarks({ ...WEARER_POSE, yawDeg });
  expect(renderer.render(frame, observe(landmarks)).status).toBe('rendered');
  return frame;
}

/** How far a texture's luma at a vertex is from that of the face's plain skin. */
function spotAt({ width, y }: FloatPicture, vertex: number): number {
  const { us, vs } = texturePositions(width);
  const luma = (of: number): number => y[Math.floor(vs[of] ?? 0) * width + Math.floor(us[of] ?? 0)] ?? 0;
  return luma(vertex) - luma(CHEEK);
}

/** Mean difference of neighbouring texels of luma around a vertex. */
function grainAt({ width, y }: FloatPicture, vertex: number): number {
  const { us, vs } = texturePositions(width);
  const middle = Math.floor(vs[vertex] ?? 0) * width + Math.floor(us[vertex] ?? 0);
  let sum = 0;
  for (let row = -3; row <= 3; row++)
    for (let x = -3; x <= 3; x++) {
      const i = middle + row * width + x;
      sum += Math.abs((y[i + 1] ?? 0) - (y[i] ?? 0));
    }
  return sum / 49;
}

describe('a turned head', () => {
  it('shows the picture’s own texture alone while it looks ahead, whatever views there are', () => {
    const views = { left: viewOf({ yawDeg: 30 }, [RIGHT_JAW]), right: viewOf({ yawDeg: -30 }) };
    const [plain, viewed] = [rendererOf(), rendererOf(views)];
    for (const yawDeg of [0, 5, -7])
      expect(Buffer.compare(draw(plain, yawDeg).data, draw(viewed, yawDeg).data)).toBe(0);
    expect(Buffer.compare(draw(plain, 25).data, draw(viewed, 25).data)).not.toBe(0);
  });

  it('comes back from a turn without a trace of it', () => {
    const renderer = rendererOf();
    const before = draw(renderer, 0);
    for (const yawDeg of [12, 30, -30]) draw(renderer, yawDeg);
    renderer.reset();
    expect(Buffer.compare(draw(renderer, 0).data, before.data)).toBe(0);
  });

  it('shows plain skin where the picture shows its rim, and the picture’s own features', () => {
    const { face, turned } = prepareAvatar(viewOf({}, [RIGHT_JAW]), {});
    const { levels, share } = turned();
    expect(spotAt(face.levels[0], RIGHT_JAW)).toBeLessThan(-4);
    expect(Math.abs(spotAt(levels[0], RIGHT_JAW))).toBeLessThan(2);
    expect(share[RIGHT_JAW]).toBeGreaterThan(0.5);
    for (const vertex of [CHEEK, NOSE_TIP, UPPER_LIP, LID, CHIN]) expect(share[vertex]).toBeLessThan(0.05);
  });

  it('shows what a view shows better, on its side only and never on lips and lids', () => {
    const turned = { left: viewOf({ yawDeg: 30 }) };
    const { levels, share } = prepareAvatar({ ...viewOf({}), turned }, {}).turned();
    expect(grainAt(levels[0], RIGHT_JAW)).toBeGreaterThan(4 * grainAt(levels[0], LEFT_JAW));
    expect(share[RIGHT_JAW]).toBeGreaterThan(0.8);
    expect(share[LEFT_JAW]).toBeGreaterThan(0.5);
    for (const vertex of [NOSE_TIP, UPPER_LIP, LID, CHIN]) expect(share[vertex]).toBeLessThan(0.05);
  });

  it('shows no strand of hair that lies before a view’s cheek', () => {
    const turned = { left: viewOf({ yawDeg: 30 }, [RIGHT_JAW]) };
    const { levels } = prepareAvatar({ ...viewOf({}), turned }, {}).turned();
    expect(Math.abs(spotAt(levels[0], RIGHT_JAW))).toBeLessThan(2);
  });

  it('turns without popping', () => {
    // What fades in is another colour everywhere: light follows it slowly, so that a step would show.
    const views = { left: viewOf({ yawDeg: 30 }, [RIGHT_JAW]), right: viewOf({ yawDeg: -30 }, [LEFT_JAW]) };
    const renderer = rendererOf(views, [RIGHT_JAW, LEFT_JAW]);
    for (let i = 0; i < 20; i++) draw(renderer, -24);
    const steps: number[] = [];
    let before = copyI420(draw(renderer, -24));
    for (let yawDeg = -23.5; yawDeg <= 24; yawDeg += 0.5) {
      const now = draw(renderer, yawDeg);
      let sum = 0;
      for (let i = 0; i < now.data.length; i++) sum += Math.abs((now.data[i] ?? 0) - (before.data[i] ?? 0));
      steps.push(sum / now.data.length);
      before = now;
    }
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.3);
  });
});

describe('a turned view', () => {
  const refusal = (left: FaceView): string => {
    try {
      rendererOf({ left });
    } catch (error) {
      if (error instanceof AvatarError) return `${error.code}: ${error.message}`;
    }
    return 'none';
  };

  it('is refused with what to do', () => {
    expect(refusal(viewOf({ yawDeg: 30 }))).toBe('none');
    expect(refusal(viewOf({ yawDeg: -30 }))).toMatch(/^face-not-turned: .*own left.*other side/);
    expect(refusal(viewOf({ yawDeg: 12 }))).toMatch(/^face-not-turned: .*20° to 45°.*12°/);
    expect(refusal(viewOf({ yawDeg: 55 }))).toMatch(/^face-turned-away/);
    expect(refusal(viewOf({ yawDeg: 30, jawCm: 2 }))).toMatch(/^mouth-not-shut: Close the mouth/);
  });
});
