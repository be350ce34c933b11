import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyI420, createI420, LANDMARK_COUNT, planesOf, type I420Frame } from '@guise/frame';
import type { ModelEntry } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CONTRACT_POINTS,
  writeContractManifest,
  type ContractRole,
} from '../../../../tools/models/src/testing.js';
import { openModelRegistry, type ModelRegistryOptions } from '../registry/index.js';
import { openEnhancer } from './enhancer.js';
import { openFaceIdentity } from './face-identity.js';
import { openLandmarker } from './landmarker.js';
import { openSwapper } from './swapper.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guise-plug-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A user's own manifest with one network that a user brought along. */
async function registryOf(
  role: ContractRole,
  change: Partial<ModelEntry> = {},
  options: Partial<ModelRegistryOptions> = {},
) {
  const { manifestPath } = await writeContractManifest(folder, [role], change);
  return openModelRegistry({ manifestPath, cacheDir: folder, ...options });
}

const SIZE = { width: 320, height: 240 };

function picture(): I420Frame {
  const frame = createI420(SIZE.width, SIZE.height, 16, 110, 145);
  const noise = createSeededRandom('plug')(SIZE.width * SIZE.height);
  planesOf(frame).y.set(noise.map((value) => 40 + (value % 150)));
  return frame;
}

/** A face of about 100 pixels in the middle: only the five alignment points are looked at. */
function landmarks(): Float32Array {
  const points = new Float32Array(LANDMARK_COUNT * 3);
  const put = (vertices: readonly number[], x: number, y: number) => {
    for (const vertex of vertices) points.set([x, y, 0], vertex * 3);
  };
  put([33, 133, 159, 145], 140, 100);
  put([362, 263, 386, 374], 180, 100);
  put([1, 4], 160, 122);
  put([61], 144, 145);
  put([291], 176, 145);
  return points;
}

const identity = (seed: string): Float32Array => {
  const values = Float32Array.from(createSeededRandom(seed)(512), (byte) => byte - 127.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
};

describe('the port of a swapper', () => {
  it('replaces the face and nothing else, differently for each identity, and equally for equal ones', async () => {
    const swapper = await openSwapper(await registryOf('swapper'));
    const [before, first, again, other] = [picture(), picture(), picture(), picture()];
    await swapper.swap(first, landmarks(), identity('a'));
    await swapper.swap(again, landmarks(), identity('a'));
    await swapper.swap(other, landmarks(), identity('b'));
    await swapper.close();
    expect(first.data).toEqual(again.data);
    const differs = (a: I420Frame, b: I420Frame, x: number, y: number) =>
      planesOf(a).y[y * SIZE.width + x] !== planesOf(b).y[y * SIZE.width + x] ||
      planesOf(a).u[(y >> 1) * (SIZE.width / 2) + (x >> 1)] !==
        planesOf(b).u[(y >> 1) * (SIZE.width / 2) + (x >> 1)];
    let inside = 0;
    let outside = 0;
    for (let y = 0; y < SIZE.height; y++)
      for (let x = 0; x < SIZE.width; x++) {
        const isNear = Math.abs(x - 160) < 80 && Math.abs(y - 120) < 80;
        if (!differs(before, first, x, y)) continue;
        if (isNear) inside += 1;
        else outside += 1;
      }
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(5_000);
    expect(differs(first, other, 160, 120)).toBe(true);
  });

  it('gives exactly half of the picture and half of the colour of the identity', async () => {
    const swapper = await openSwapper(await registryOf('swapper'));
    const flat = createI420(SIZE.width, SIZE.height, 126);
    await swapper.swap(flat, landmarks(), new Float32Array(512));
    await swapper.close();
    // The colour of no identity is the middle grey: sigmoid(0) = 1/2, and so is the picture (126 → 128 of 255).
    expect(planesOf(flat).y[120 * SIZE.width + 160]).toBe(126);
    expect(planesOf(flat).u[60 * (SIZE.width / 2) + 80]).toBe(128);
  });

  it('is refused under a non-commercial licence unless the policy allows it', async () => {
    const change = { licence: 'CC-BY-NC-4.0', licenceClass: 'non-commercial' } as const;
    await expect(registryOf('swapper', change).then(openSwapper)).rejects.toMatchObject({
      code: 'licence-refused',
    });
    const policy = {
      licenceClasses: ['permissive', 'non-commercial'],
      trainingData: ['described'],
    } satisfies ModelRegistryOptions['policy'];
    await (await registryOf('swapper', change, { policy }).then(openSwapper)).close();
  });

  it('refuses identities and faces that are none', async () => {
    const swapper = await openSwapper(await registryOf('swapper'));
    const frame = picture();
    const before = copyI420(frame);
    const refused = (points: Float32Array, values: Float32Array) =>
      expect(swapper.swap(frame, points, values)).rejects.toMatchObject({ code: 'bad-face' });
    await refused(landmarks(), new Float32Array(192));
    await refused(landmarks(), new Float32Array(512).fill(Number.NaN));
    await refused(new Float32Array(9), identity('a'));
    await swapper.close();
    expect(frame).toEqual(before);
  });

  it('is not opened on a network of another kind', async () => {
    const wrong = await registryOf('enhancer');
    await expect(openSwapper(wrong)).rejects.toMatchObject({ code: 'role-unknown' });
  });
});

describe('the port of what a swapper takes for an identity', () => {
  it('gives 512 values of unit length, other ones for another picture', async () => {
    const identity = await openFaceIdentity(await registryOf('swapper-identity'));
    const reddish = createI420(SIZE.width, SIZE.height, 120, 100, 170);
    const [first, again, other] = [
      await identity.identify(picture(), landmarks()),
      await identity.identify(picture(), landmarks()),
      await identity.identify(reddish, landmarks()),
    ];
    expect(first).toHaveLength(512);
    expect(Math.hypot(...first)).toBeCloseTo(1, 5);
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    await expect(identity.identify(picture(), new Float32Array(9))).rejects.toMatchObject({
      code: 'bad-face',
    });
    await identity.close();
  });
});

describe('the port of an enhancer', () => {
  it('works on the head, and leaves the rest', async () => {
    const enhancer = await openEnhancer(await registryOf('enhancer'));
    const frame = createI420(SIZE.width, SIZE.height, 60);
    await enhancer.enhance(frame, { x: 110, y: 70, width: 100, height: 100 });
    await enhancer.close();
    const { y } = planesOf(frame);
    // The contract graph negates: 60 becomes 16 + 235 − 60.
    expect(y[120 * SIZE.width + 160]).toBe(191);
    expect(y[10 * SIZE.width + 10]).toBe(60);
  });
});

describe('the port of a landmarker', () => {
  it('gives points in pixels of the frame, and a score', async () => {
    const landmarker = await openLandmarker(await registryOf('landmarker'));
    const region = { cx: 100, cy: 50, width: 96, height: 96, angle: 0 };
    const mesh = await landmarker.landmarks(picture(), region);
    await landmarker.close();
    expect(mesh.score).toBeCloseTo(1 / (1 + Math.exp(-4)), 5);
    const [x = 0, y = 0, z = 0] = CONTRACT_POINTS.subarray(9, 12);
    expect([...mesh.landmarks.subarray(9, 12)]).toEqual([52 + x / 2, 2 + y / 2, z / 2]);
  });
});
