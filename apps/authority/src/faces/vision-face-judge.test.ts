import { fileURLToPath } from 'node:url';
import { rgbToI420, type RgbImage } from '@guise/frame';
import { judgePortrait } from '@guise/liveness';
import { decodeImage, encodePng } from '@guise/media';
import { createVision, openModelRegistry, type Vision } from '@guise/vision';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureModels } from '../../../../tools/models/src/testing.js';
import {
  drawAttributes,
  type DrawnAttributes,
} from '../../../../tools/synthetic-faces/src/attributes/draw-attributes.js';
import { VisionFaceJudge } from './vision-face-judge.js';

const FIXTURES = new URL('../../../../libs/testing/fixtures/synthetic-faces/', import.meta.url);
/** Twice its size: the fixtures are smaller than an avatar's picture should be. */
const fixture = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(
    await sharp(fileURLToPath(new URL(`${name}.jpg`, FIXTURES)))
      .resize(960)
      .jpeg()
      .toBuffer(),
  );

describe('the face judge, of still pictures', () => {
  let judge: VisionFaceJudge;
  let vision: Vision;
  let ada: RgbImage;
  beforeAll(async () => {
    const { manifestPath, modelsDir } = await ensureModels();
    const models = { manifestPath, cacheDir: modelsDir };
    judge = new VisionFaceJudge(models);
    vision = await createVision({ registry: await openModelRegistry(models) });
    ada = await decodeImage(await fixture('ada-straight'));
  });
  afterAll(async () => {
    await judge.close();
    await vision.close();
  });

  async function wearing(drawn: Omit<DrawnAttributes, 'seed'>): Promise<Uint8Array> {
    const [face] = await vision.detectFaces(rgbToI420(ada));
    if (face === undefined) throw new Error('no face was found');
    return encodePng(await drawAttributes(ada, face.landmarks, { ...drawn, seed: 1 }));
  }
  const portraitOf = async (picture: Uint8Array) => {
    const verdict = await judge.judgePortrait(picture);
    if (verdict.faces !== 'one') throw new Error(`it shows ${verdict.faces}`);
    return verdict;
  };
  const codesOf = (...args: Parameters<typeof judgePortrait>) =>
    judgePortrait(...args).map(({ code }) => code);

  it('sees glasses and a beard, in a picture that is drafted and in one that was just taken', async () => {
    const [face] = await vision.detectFaces(rgbToI420(ada));
    if (face === undefined) throw new Error('no face was found');
    for (const [drawn, attributes] of [
      [{}, []],
      [{ glasses: 'acetate' }, ['glasses']],
      [{ beard: 'full' }, ['beard']],
      [{ glasses: 'browline', beard: 'goatee' }, ['glasses', 'beard']],
    ] as const) {
      const picture = await wearing(drawn);
      expect(await portraitOf(picture)).toMatchObject({ attributes });
      expect(await judge.judgePicture(picture, face.box)).toMatchObject({ faces: 'one', attributes });
    }
  });

  it('tells an open mouth beside the same face at rest, and what does not fit it', async () => {
    const { shot: rest } = await portraitOf(await fixture('ada-straight'));
    const { shot: open } = await portraitOf(await fixture('ada-mouth-open'));
    expect(codesOf(open, 'mouth-open', rest)).toEqual([]);
    expect(codesOf(open, 'picture')).toEqual(['mouth-open']);
    expect(codesOf(rest, 'mouth-open', rest)).toEqual(['mouth-not-open']);
    const { shot: turned } = await portraitOf(await fixture('ada-yaw30'));
    expect(codesOf(turned, 'picture')).toContain('face-turned-away');
    const { shot: asleep } = await portraitOf(await fixture('ada-blink'));
    expect(codesOf(asleep, 'picture')).toContain('eyes-shut');
    const { shot: lit } = await portraitOf(await fixture('ada-side-light'));
    expect(codesOf({ ...lit, mouthOpen: open.mouthOpen }, 'mouth-open', rest)).toContain('another-light');
  });

  it('wants one face', async () => {
    expect(await judge.judgePortrait(await fixture('nobody'))).toEqual({ faces: 'none' });
    expect(await judge.judgePortrait(await fixture('ada-and-ben'))).toEqual({ faces: 'several' });
    await expect(judge.judgePortrait(new Uint8Array(9))).rejects.toMatchObject({ code: 'unreadable' });
  });
});
