import { CANONICAL_FACE_CM, i420Bytes, LANDMARK_COUNT, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';

import type { Detection } from '../detection/decode.js';
import type { Mesh } from '../mesh/landmarker.js';
import type { Region } from '../patch/affine.js';
import { VideoFaceTracker, type TrackingNetworks } from './tracker.js';

const FRAME: I420Frame = { width: 640, height: 480, data: new Uint8Array(i420Bytes(640, 480)) };
const FACE_PX = 120;

/** Faces of a scene the test changes, and networks that see exactly them. */
class Scene {
  faces: { x: number; y: number; size: number }[] = [];
  /** Faces too small or too new for one of the detectors. */
  shortSees: (index: number) => boolean = () => true;
  readonly calls = { short: 0, full: 0, mesh: 0 };

  readonly networks: TrackingNetworks = {
    shortRange: {
      detect: () => {
        this.calls.short += 1;
        return Promise.resolve(this.detections().filter((_, i) => this.shortSees(i)));
      },
    },
    fullRange: {
      detect: () => {
        this.calls.full += 1;
        return Promise.resolve(this.detections());
      },
    },
    landmarker: {
      landmarks: (_frame, region) => {
        this.calls.mesh += 1;
        return Promise.resolve(this.mesh(region));
      },
    },
  };

  private detections(): Detection[] {
    return this.faces.map(({ x, y, size }) => ({
      score: 0.9,
      x: x - size / 2,
      y: y - size / 2,
      width: size,
      height: size,
      keypoints: [
        [x - size / 4, y - size / 6],
        [x + size / 4, y - size / 6],
        [x, y],
        [x, y],
        [x, y],
        [x, y],
      ],
    }));
  }

  /** The face nearest to the middle of the region; none, or one far off, has a low score. */
  private mesh(region: Region): Mesh {
    const landmarks = new Float32Array(LANDMARK_COUNT * 3);
    const distance = (f: { x: number; y: number }): number => Math.hypot(f.x - region.cx, f.y - region.cy);
    const [face] = [...this.faces].sort((p, q) => distance(p) - distance(q));
    if (!face || distance(face) > region.width / 2) return { score: 0.01, landmarks };
    const scale = face.size / 16;
    CANONICAL_FACE_CM.forEach((value, i) => {
      landmarks[i] = value * scale + (i % 3 === 0 ? face.x : i % 3 === 1 ? face.y : 0);
    });
    return { score: 0.99, landmarks };
  }
}

function start(faces: Scene['faces'], options = {}) {
  const scene = new Scene();
  scene.faces = faces;
  const tracker = new VideoFaceTracker(scene.networks, options);
  let index = 0;
  const next = async () => tracker.track(FRAME, index++ * 33.3);
  return { scene, tracker, next };
}

describe('VideoFaceTracker', () => {
  it('follows a moving face by its mesh alone, under one id', async () => {
    const { scene, next } = start([{ x: 200, y: 200, size: FACE_PX }]);
    await next();
    for (let i = 0; i < 10; i++) {
      scene.faces = [{ x: 200 + 12 * i, y: 200, size: FACE_PX }];
      const [face, ...others] = await next();
      expect(others).toEqual([]);
      expect(face?.trackId).toBe(1);
    }
    expect(scene.calls).toEqual({ short: 1, full: 0, mesh: 2 + 10 });
  });

  it('finds a face again within the frame in which it was lost', async () => {
    const { scene, next } = start([{ x: 150, y: 200, size: FACE_PX }]);
    await next();
    scene.faces = [{ x: 500, y: 300, size: FACE_PX }];
    const [face] = await next();
    expect(face?.box.x).toBeGreaterThan(400);
    expect(face?.trackId).toBe(2);
  });

  it('gives another id to whoever appears after a gap, in the same place', async () => {
    const here = [{ x: 300, y: 200, size: FACE_PX }];
    const { scene, next } = start(here);
    await next();
    scene.faces = [];
    expect(await next()).toEqual([]);
    scene.faces = here;
    expect((await next())[0]?.trackId).toBe(2);
  });

  it('looks with the far detector when the near one finds nobody', async () => {
    const { scene, next } = start([{ x: 300, y: 200, size: 40 }]);
    scene.shortSees = () => false;
    expect(await next()).toHaveLength(1);
    expect(scene.calls.full).toBe(1);
  });

  it('notices newcomers, near or far, and lists the largest first', async () => {
    const { scene, next } = start([{ x: 150, y: 200, size: 80 }], { redetectEveryFrames: 5 });
    await next();
    scene.faces = [...scene.faces, { x: 450, y: 200, size: FACE_PX }];
    scene.shortSees = (index) => index === 0;
    let frames = 0;
    let seen = await next();
    for (; seen.length < 2 && frames < 20; frames++) seen = await next();
    expect(seen.map(({ trackId }) => trackId)).toEqual([2, 1]);
    expect(frames).toBeLessThan(10);
  });

  it('keeps one track when two have run onto one face', async () => {
    const { scene, next } = start([
      { x: 200, y: 200, size: FACE_PX },
      { x: 360, y: 200, size: FACE_PX },
    ]);
    expect(await next()).toHaveLength(2);
    scene.faces = [{ x: 280, y: 200, size: FACE_PX }];
    expect(await next()).toHaveLength(1);
  });

  it('follows no more faces than asked for', async () => {
    const faces = [100, 260, 420, 580].map((x) => ({ x, y: 200, size: 90 }));
    const { next } = start(faces, { maxFaces: 2 });
    expect(await next()).toHaveLength(2);
  });

  it('starts anew when the frame size changes, and never uses an id twice', async () => {
    const { tracker, next } = start([{ x: 200, y: 200, size: FACE_PX }]);
    await next();
    const small = { width: 320, height: 320, data: new Uint8Array(i420Bytes(320, 320)) };
    expect((await tracker.track(small, 100))[0]?.trackId).toBe(2);
  });
});
