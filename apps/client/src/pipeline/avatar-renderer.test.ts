import { beforeAll, describe, expect, it } from 'vitest';
import type { AvatarBundle } from '@guise/avatar';
import {
  CANONICAL_FACE_CM,
  createI420,
  FACE_VERTEX_COUNT,
  LANDMARK_COUNT,
  LEFT_EYE,
  RIGHT_EYE,
  type FaceObservation,
  type I420Frame,
} from '@guise/frame';
import { encodePng } from '@guise/media';
import { openAvatarRenderer, type BuiltInRenderer } from './avatar-renderer.js';
import type { WearMode } from './wear-mode.js';

const SIZE = { width: 320, height: 180 };
const SHA256 = 'ab'.repeat(32);

/** The average head, looking ahead or turned, as a camera sees it; irises between the lid corners. */
function landmarksOf(x: number, y: number, pxPerCm: number, yawDeg: number): Float32Array {
  const head = new Float32Array(LANDMARK_COUNT * 3);
  head.set(CANONICAL_FACE_CM);
  for (const [eye, iris] of [
    [RIGHT_EYE, 468],
    [LEFT_EYE, 473],
  ] as const)
    for (let point = 0; point < 5; point++)
      for (let k = 0; k < 3; k++) {
        const [a, b] = [(eye[0] ?? 0) * 3 + k, (eye[8] ?? 0) * 3 + k];
        const off = k === 0 && point > 0 ? 0.5 * (point % 2 === 0 ? 1 : -1) : 0;
        head[(iris + point) * 3 + k] = ((head[a] ?? 0) + (head[b] ?? 0)) / 2 + off;
      }
  const [cos, sin] = [Math.cos((yawDeg * Math.PI) / 180), Math.sin((yawDeg * Math.PI) / 180)];
  return head.map((value, i) => {
    const at = i - (i % 3);
    const [hx, hz] = [head[at] ?? 0, head[at + 2] ?? 0];
    if (i % 3 === 0) return x + pxPerCm * (cos * hx - sin * hz);
    return i % 3 === 1 ? y + pxPerCm * value : pxPerCm * (sin * hx + cos * hz);
  });
}

function wearer(yawDeg = 0): FaceObservation {
  const landmarks = landmarksOf(160, 90, 5, yawDeg);
  return {
    ...{ trackId: 1, score: 1, landmarks, box: { x: 122, y: 48, width: 77, height: 89 } },
    pose: { yawDeg, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
    expression: { leftLid: 1, rightLid: 1, mouthOpen: 0, gazeYawDeg: 0, gazePitchDeg: 0 },
  };
}

let bundle: AvatarBundle;
beforeAll(async () => {
  const [width, height] = [400, 500];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => 90 + ((i * 31) % 97));
  bundle = {
    ...({ name: 'A', kind: 'stylised', likeness: 'artwork', createdAt: 1_793_534_400 } as const),
    ...{ provenance: 'a pattern', licence: 'CC0' },
    picture: { mediaType: 'image/png', width, height, bytes: await encodePng({ width, height, data }) },
    landmarks: landmarksOf(200, 200, 12, 0),
  };
});

const open = (mode: WearMode): Promise<BuiltInRenderer> =>
  openAvatarRenderer({ avatar: { bundle, sha256: SHA256 }, mode, size: SIZE, label: () => true });

/** What is shown of a face at a time, into a frame that held something. */
function shown(renderer: BuiltInRenderer, face: FaceObservation, timestampMs: number, held = 100): I420Frame {
  const frame = createI420(SIZE.width, SIZE.height, held, held, held);
  expect(renderer.render(frame, face, timestampMs).status).toBe('rendered');
  return frame;
}

describe('a portrait', () => {
  it('is the same whatever the frame held, and says where its own face is', async () => {
    const [first, second] = [await open('portrait'), await open('portrait')];
    expect(first).toMatchObject({ mode: 'portrait', avatarSha256: SHA256 });
    expect(shown(first, wearer(), 0, 20).data).toEqual(shown(second, wearer(), 0, 200).data);
    const outcome = first.render(createI420(SIZE.width, SIZE.height), wearer(), 40);
    if (outcome.status !== 'rendered') throw new Error('not rendered');
    const { x, width, height } = outcome.face;
    expect(x + width / 2).toBeCloseTo(SIZE.width / 2, 0);
    // The face of a person of whom 42 cm are shown; the camera's is larger.
    expect(height / SIZE.height).toBeCloseTo(17.7 / 42, 1);
    expect(height).not.toBeCloseTo(wearer().box.height, 0);
  });

  it('takes the wearer’s way of sitting for neutral, also after a break, and anew after an absence', async () => {
    const portrait = await open('portrait');
    const ahead = shown(portrait, wearer(0), 0).data;
    portrait.reset();
    const turned = shown(portrait, wearer(20), 9_000).data;
    expect(turned).not.toEqual(ahead);
    portrait.reset();
    expect(shown(portrait, wearer(20), 20_000).data).toEqual(ahead);
  });

  it('is not drawn for what is no face', async () => {
    const noFace = { ...wearer(), landmarks: new Float32Array(LANDMARK_COUNT * 3) };
    const frame = createI420(SIZE.width, SIZE.height);
    expect((await open('portrait')).render(frame, noFace, 0)).toEqual({ status: 'not-rendered' });
  });
});

describe('an overlay', () => {
  it('changes the camera picture, and its face is where the camera’s was', async () => {
    const overlay = await open('overlay');
    const frame = createI420(SIZE.width, SIZE.height, 120, 112, 148);
    const before = frame.data.slice();
    const face = wearer();
    expect(overlay.render(frame, face, 0)).toMatchObject({ status: 'rendered', face: face.box });
    const changed = frame.data.filter((value, i) => value !== before[i]).length;
    expect(changed).toBeGreaterThan(FACE_VERTEX_COUNT);
    expect(changed).toBeLessThan(0.6 * before.length);
  });
});
