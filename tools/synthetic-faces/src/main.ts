import { parseArgs } from 'node:util';

import { createActor } from './actor.js';
import { CAST, writeFixtures } from './fixtures.js';
import { openHumanBody } from './human-body.js';
import { ensureMakeHuman } from './makehuman-package.js';
import { createPerformance } from './performance.js';
import { STUDIO_LIGHT } from './scene.js';
import { renderSequence } from './sequence.js';
import { writeY4m } from './y4m.js';

const USAGE = `Synthetic faces for tests (development only).

  node tools/synthetic-faces/dist/main.js fixtures [--out libs/testing/fixtures/synthetic-faces]
  node tools/synthetic-faces/dist/main.js sequence --out talk.y4m [--seconds 4] [--fps 15] [--width 640] [--height 480]
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
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

/** The first of the cast talks, blinks, and turns to both sides. */
async function sequence(file: string): Promise<void> {
  const human = await body();
  const [first] = CAST;
  if (!first) throw new Error('The cast is empty.');
  const [, seed, kind] = first;
  const seconds = Number(values.seconds);
  const fps = Number(values.fps);
  const performance = createPerformance({
    seed,
    placement: { yawDeg: 0, pitchDeg: 0, rollDeg: 0, xCm: 0, yCm: 0, zCm: 60 },
    talks: true,
    cues: [
      { atSeconds: seconds * 0.25, placement: { yawDeg: 18 } },
      { atSeconds: seconds * 0.6, placement: { yawDeg: -18, pitchDeg: 6 } },
      { atSeconds: seconds, placement: { yawDeg: 0 } },
    ],
  });
  const frames = renderSequence(human, {
    performers: [{ actor: await createActor(human, seed, kind), performance }],
    width: Number(values.width),
    height: Number(values.height),
    fps,
    seconds,
    light: STUDIO_LIGHT,
    background: [120, 130, 140],
  });
  await writeY4m(file, fps, frames);
}
