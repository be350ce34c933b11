import type { I420Frame } from '@guise/frame';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureModels } from '../../../../tools/models/src/testing.js';
import { VisionError } from '../errors.js';
import { ModelError, openModelRegistry, type ModelRegistryOptions } from '../registry/index.js';
import { readFixture, readTruth } from '../testing/pictures.js';
import type { Vision } from '../types.js';
import { createVision } from '../vision.js';
import { openVisionThread } from './vision-thread.js';

let options: ModelRegistryOptions;
let here: Vision;
let there: Vision;
/** One face, in this thread's own memory. */
let picture: I420Frame;

beforeAll(async () => {
  const { manifestPath, modelsDir } = await ensureModels();
  options = { manifestPath, cacheDir: modelsDir };
  here = await createVision({ registry: await openModelRegistry(options) });
  there = await openVisionThread(options);
  const truth = (await readTruth()).find(({ faces }) => faces.length === 1);
  if (truth === undefined) throw new Error('there is no fixture with one face');
  picture = await readFixture(truth.file);
});

afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
});

/** The same picture in memory that all threads see. */
function shared({ width, height, data }: I420Frame): I420Frame {
  const copy = new Uint8Array(new SharedArrayBuffer(data.length));
  copy.set(data);
  return { width, height, data: copy };
}

describe('a vision in a thread of its own', () => {
  it('sees what one in this thread sees, in shared memory and in any other', async () => {
    const [face] = await here.detectFaces(picture);
    if (face === undefined) throw new Error('no face');
    expect(await there.detectFaces(picture)).toEqual([face]);
    expect(await there.detectFaces(shared(picture))).toEqual([face]);
    expect(await there.embed(picture, face)).toEqual(await here.embed(picture, face));
    expect(await there.spoofScore(picture, face)).toBe(await here.spoofScore(picture, face));
    expect(await there.segmentPerson(picture)).toEqual(await here.segmentPerson(picture));
  });

  it('follows videos, each by a tracker of its own that can be reset', async () => {
    const [tracker, other] = [there.createTracker(), there.createTracker()];
    const [first] = await tracker.track(picture, 0);
    expect((await tracker.track(picture, 40)).map(({ trackId }) => trackId)).toEqual([first?.trackId]);
    expect(await other.track(picture, 0)).toHaveLength(1);
    tracker.reset();
    const [anew] = await tracker.track(picture, 80);
    expect(anew?.trackId).not.toBe(first?.trackId);
  });

  it('works while this thread goes on, several calls at once', async () => {
    const calls = Array.from({ length: 4 }, () => there.detectFaces(picture));
    for (const faces of await Promise.all(calls)) expect(faces).toHaveLength(1);
  });

  it('refuses as one in this thread does', async () => {
    const short = { ...picture, data: picture.data.subarray(1) };
    await expect(there.detectFaces(short)).rejects.toMatchObject({ name: 'VisionError', code: 'bad-frame' });
    await expect(there.detectFaces(short)).rejects.toBeInstanceOf(VisionError);
  });

  it('does not open without its models, and says which and what to do', async () => {
    const failing = openVisionThread({ ...options, cacheDir: `${options.cacheDir}-absent` });
    await expect(failing).rejects.toMatchObject({ code: 'model-missing' });
    await expect(failing).rejects.toBeInstanceOf(ModelError);
  });

  it('answers no more once it is closed', async () => {
    const vision = await openVisionThread(options);
    const last = vision.detectFaces(picture);
    await vision.close();
    expect(await last).toHaveLength(1);
    await expect(vision.detectFaces(picture)).rejects.toMatchObject({ code: 'closed' });
    await vision.close();
  });

  it('fails every call once its thread is gone, those under way among them', async () => {
    const vision = await openVisionThread(options);
    const tracker = vision.createTracker();
    const underWay = tracker.track(picture, 0);
    await Promise.all([expect(underWay).rejects.toThrow('ended'), vision.terminate()]);
    await expect(tracker.track(picture, 40)).rejects.toThrow('ended');
    await vision.close();
  });
});
