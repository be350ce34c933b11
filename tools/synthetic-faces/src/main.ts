import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { createActor } from './actor.js';
import { CAST, writeFixtures } from './fixtures.js';
import { openHumanBody } from './human-body.js';
import { ensureMakeHuman } from './makehuman-package.js';
import { createPerformance } from './performance.js';
import { isPlay, PLAYS } from './plays.js';
import { STUDIO_LIGHT, type FaceTruth } from './scene.js';
import { renderSequence } from './sequence.js';
import { writeY4m } from './y4m.js';

const USAGE = `Synthetic faces for tests (development only).

  node tools/synthetic-faces/dist/main.js fixtures [--out libs/testing/fixtures/synthetic-faces]
  node tools/synthetic-faces/dist/main.js sequence --out talk.y4m [--truth talk.json] [--actor ada|ben|chen]
       [--play turns|everything|far] [--seconds 4] [--fps 15] [--width 640] [--height 480]
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    truth: { type: 'string' },
    actor: { type: 'string', default: 'ada' },
    play: { type: 'string', default: 'turns' },
    cache: { type: 'string', default: '.cache' },
    seconds: { type: 'string', default: '4' },
    fps: { type: 'string', default: '15' },
    width: { type: 'string', default: '640' },
    height: { type: 'string', default: '480' },
  },
});

const body = async () => openHumanBody(await ensureMakeHuman(values.cache));

switch (positionals[0]) {
  case 'fixtures':
    await writeFixtures(await body(), values.out ?? 'libs/testing/fixtures/synthetic-faces');
    break;
  case 'sequence':
    await sequence(values.out ?? 'talk.y4m');
    break;
  default:
    process.stderr.write(USAGE);
    process.exitCode = 2;
}

/** One of the cast performs a play; `--truth` gets what is true of the face in every frame, as JSON. */
async function sequence(file: string): Promise<void> {
  const cast = CAST.find(([name]) => name === values.actor);
  const { play } = values;
  if (cast === undefined || !isPlay(play)) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const [, seed, kind] = cast;
  const human = await body();
  const seconds = Number(values.seconds);
  const fps = Number(values.fps);
  const frames = renderSequence(human, {
    performers: [
      {
        actor: await createActor(human, seed, kind),
        performance: createPerformance({ seed, ...PLAYS[play](seconds) }),
      },
    ],
    width: Number(values.width),
    height: Number(values.height),
    fps,
    seconds,
    light: STUDIO_LIGHT,
    background: [120, 130, 140],
  });
  const truth: (FaceTruth | undefined)[] = [];
  await writeY4m(file, fps, frames, ({ faces }) => truth.push(faces[0]));
  if (values.truth !== undefined) await writeFile(values.truth, `${JSON.stringify(truth)}\n`);
}
