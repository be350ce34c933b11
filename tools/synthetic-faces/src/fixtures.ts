import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { HeadPose } from '@guise/frame';
import sharp from 'sharp';

import { createActor, RESTING, type Actor, type ActorExpression } from './actor.js';
import type { HumanBody } from './human-body.js';
import type { IdentityKind } from './identity.js';
import { renderScene, STUDIO_LIGHT, type Appearance, type Scene } from './scene.js';

const WIDTH = 480;
const HEIGHT = 360;
const JPEG_QUALITY = 88;
const STRAIGHT: HeadPose = { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 52 };

/** Three persons as unlike as the morphs allow; the first one performs everything. */
export const CAST: readonly (readonly [name: string, seed: number, kind: IdentityKind])[] = [
  ['ada', 1, { sex: 'female', age: 'young', ancestry: 'caucasian' }],
  ['ben', 7, { sex: 'male', age: 'middleage', ancestry: 'african' }],
  ['chen', 4, { sex: 'male', age: 'young', ancestry: 'asian' }],
];

interface Shot {
  readonly name: string;
  readonly people: readonly Appearance[];
  readonly light?: Scene['light'];
}

/** Renders the committed fixture set: one JPEG per shot and `truth.json`. */
export async function writeFixtures(body: HumanBody, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const cast = new Map<string, Actor>();
  for (const [name, seed, kind] of CAST) cast.set(name, await createActor(body, seed, kind));
  const truths = [];
  for (const shot of shots(cast)) {
    const scene: Scene = {
      people: shot.people,
      light: shot.light ?? STUDIO_LIGHT,
      background: [120, 130, 140],
      noise: { sigma: 1.5, seed: truths.length + 1 },
    };
    const { image, faces } = await renderScene(body, scene, WIDTH, HEIGHT);
    const raw = { width: image.width, height: image.height, channels: 3 } as const;
    const file = `${shot.name}.jpg`;
    await sharp(image.data, { raw }).jpeg({ quality: JPEG_QUALITY }).toFile(join(folder, file));
    truths.push({ file, width: WIDTH, height: HEIGHT, faces });
  }
  await writeFile(join(folder, 'truth.json'), `${JSON.stringify(truths, rounded, 1)}\n`);
}

/** Three decimals say all there is to say. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

function shots(cast: ReadonlyMap<string, Actor>): Shot[] {
  const one = (
    name: string,
    who: string,
    placement: Partial<HeadPose> = {},
    expression: Partial<ActorExpression> = {},
  ): Appearance[] => {
    const actor = cast.get(who);
    if (!actor) throw new Error(`The cast has no ${who} for ${name}.`);
    return [{ actor, placement: { ...STRAIGHT, ...placement }, expression: { ...RESTING, ...expression } }];
  };
  const shot = (
    name: string,
    who: string,
    placement: Partial<HeadPose> = {},
    expression: Partial<ActorExpression> = {},
  ): Shot => ({ name, people: one(name, who, placement, expression) });
  const yaws = [-30, -20, -10, 10, 20, 30].map((yawDeg) => shot(`ada-yaw${yawDeg}`, 'ada', { yawDeg }));
  const pitches = [-15, 15].map((pitchDeg) => shot(`ada-pitch${pitchDeg}`, 'ada', { pitchDeg }));
  const rolls = [-25, 25].map((rollDeg) => shot(`ada-roll${rollDeg}`, 'ada', { rollDeg }));
  const others = ['ben', 'chen'].flatMap((who) => [
    shot(`${who}-straight`, who),
    shot(`${who}-yaw15`, who, { yawDeg: 15, zCm: 60 }),
    { ...shot(`${who}-side-light`, who, { yawDeg: -10 }), light: SIDE_LIGHT },
  ]);
  return [
    shot('ada-straight', 'ada'),
    ...yaws,
    ...pitches,
    ...rolls,
    shot('ada-blink', 'ada', {}, { leftLid: 0, rightLid: 0 }),
    shot('ada-wink-left', 'ada', {}, { leftLid: 0 }),
    shot('ada-mouth-half', 'ada', {}, { mouthOpen: 0.4 }),
    shot('ada-mouth-open', 'ada', {}, { mouthOpen: 0.9 }),
    shot('ada-gaze-left', 'ada', {}, { gazeYawDeg: 20 }),
    shot('ada-gaze-right', 'ada', {}, { gazeYawDeg: -20 }),
    { ...shot('ada-side-light', 'ada'), light: SIDE_LIGHT },
    ...others,
    {
      name: 'ada-and-ben',
      people: [...one('two', 'ada', { xCm: -13, zCm: 70 }), ...one('two', 'ben', { xCm: 13, zCm: 75 })],
    },
    shot('chen-far', 'chen', { xCm: 40, yCm: -25, zCm: 260 }),
    { name: 'nobody', people: [] },
  ];
}

const SIDE_LIGHT: Scene['light'] = { direction: [-0.9, -0.2, -0.4], ambient: 0.35, strength: 0.9 };
