import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@guise/media';
import type { VerifiedPermit } from '@guise/permit';
import { createI420, LANDMARK_COUNT, planesOf, type FaceObservation } from '@guise/frame';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeContractManifest, type ContractRole } from '../../../../tools/models/src/testing.js';
import { keepingTo, openOwnModels } from './own-models.js';
import { openSwappedRenderer } from './swapped-renderer.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guise-own-models-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What own-models asks a permit. */
const permitFor = (hashes: readonly string[], nonCommercial = false) => {
  const wear = { own_models: [...hashes], non_commercial_models: nonCommercial };
  return { wear } as unknown as VerifiedPermit;
};

const hashesOf = async (roles: readonly ContractRole[]) =>
  (await writeContractManifest(folder, roles)).models.map(({ sha256 }) => sha256);

async function openFor(
  roles: readonly ContractRole[],
  { allowed = 'all', mode = 'overlay', nonCommercial = false, change = {} }: OpenChange = {},
) {
  const { manifestPath, models } = await writeContractManifest(folder, roles, change);
  const hashes = models.map(({ sha256 }) => sha256).slice(0, allowed === 'all' ? undefined : allowed);
  return openOwnModels({
    ...{ manifestPath, mode, executionProviders: ['cpu'], permit: permitFor(hashes, nonCommercial) },
  });
}

interface OpenChange {
  readonly allowed?: 'all' | number;
  readonly mode?: 'portrait' | 'overlay';
  readonly nonCommercial?: boolean;
  readonly change?: Parameters<typeof writeContractManifest>[2];
}

describe('networks of one’s own', () => {
  it('are opened when the permit names every one of them', async () => {
    const models = await openFor(['swapper', 'swapper-identity', 'enhancer', 'landmarker']);
    expect([models.swapper, models.enhancer, models.landmarker]).not.toContain(null);
    await models.landmarker?.close();
    await models.close();
  });

  it('are not read when the permit does not name one of them', async () => {
    await expect(openFor(['enhancer', 'landmarker'], { allowed: 1 })).rejects.toMatchObject({
      exit: 'gateShut',
      advice: expect.stringContaining('ownModels') as unknown,
    });
  });

  it('need the policy’s word for a licence that forbids commercial use', async () => {
    const change = { licence: 'CC-BY-NC-4.0', licenceClass: 'non-commercial' } as const;
    await expect(openFor(['enhancer'], { change })).rejects.toMatchObject({ exit: 'gateShut' });
    await (await openFor(['enhancer'], { change, nonCommercial: true })).close();
  });

  it('end the session when a later permit does not name them any more', async () => {
    const models = await openFor(['enhancer']);
    const [allowing, silent] = [permitFor(await hashesOf(['enhancer'])), permitFor([])];
    const renewals = [allowing, silent];
    const source = keepingTo(Promise.resolve(models), {
      lease: () => Promise.reject(new Error('not asked')),
      status: () => Promise.reject(new Error('not asked')),
      watch: () => () => undefined,
      renew: () => Promise.resolve(renewals.shift() ?? silent),
    });
    expect(await source.renew()).toBe(allowing);
    await expect(source.renew()).rejects.toMatchObject({ reason: 'no-permit' });
    await models.close();
  });

  it('have known roles, and a swapper comes with its identity', async () => {
    const change = { role: 'face-mesh' };
    await expect(openFor(['enhancer'], { change })).rejects.toMatchObject({ exit: 'badInput' });
    await expect(openFor(['swapper'])).rejects.toMatchObject({ code: 'role-unknown' });
  });

  it('do not swap in a portrait', async () => {
    const models = await openFor(['swapper', 'swapper-identity'], { mode: 'portrait' });
    expect(models.swapper).toBeNull();
    await models.close();
  });
});

/** Only the five alignment points are looked at. */
function landmarksAt(x: number, y: number): Float32Array {
  const points = new Float32Array(LANDMARK_COUNT * 3);
  const put = (vertices: readonly number[], dx: number, dy: number) => {
    for (const vertex of vertices) points.set([x + dx, y + dy, 0], vertex * 3);
  };
  put([33, 133, 159, 145], -20, -20);
  put([362, 263, 386, 374], 20, -20);
  put([1, 4], 0, 2);
  put([61], -16, 25);
  put([291], 16, 25);
  return points;
}

it('a swapper draws the identity of the avatar’s picture over the face', async () => {
  const models = await openFor(['swapper', 'swapper-identity']);
  const { swapper } = models;
  if (swapper === null) throw new Error('no swapper');
  const drawn = async (red: number) => {
    const [width, height] = [160, 160];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i % 3 === 0 ? red : 60));
    const picture = {
      ...({ mediaType: 'image/png', width, height } as const),
      bytes: await encodePng({ width, height, data }),
    };
    const bundle = {
      ...({ name: 'A', kind: 'stylised', likeness: 'artwork', createdAt: 0 } as const),
      ...{ provenance: 'a colour', licence: 'CC0', picture, landmarks: landmarksAt(80, 80) },
    };
    const renderer = await openSwappedRenderer({
      ...{ avatar: { bundle, sha256: 'ab'.repeat(32) }, label: () => true, ...swapper },
    });
    const frame = createI420(320, 180, 90);
    const box = { x: 110, y: 40, width: 100, height: 100 };
    const face = { landmarks: landmarksAt(160, 90), box } as unknown as FaceObservation;
    expect(await renderer.render(frame, face, 0)).toEqual({ status: 'rendered', face: box });
    return planesOf(frame);
  };
  const [dark, red] = [await drawn(20), await drawn(230)];
  const middle = 45 * 160 + 80;
  expect([dark.u[middle], dark.v[middle]]).not.toEqual([red.u[middle], red.v[middle]]);
  expect(dark.y[0]).toBe(90);
  await models.close();
});
