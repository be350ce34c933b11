import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { CACHE } from '../material.js';

/** What is true of an actor's face in one frame: degrees, and openings from 0 to 1. */
const truth = z.object({
  pose: z.object({
    yawDeg: z.number(),
    pitchDeg: z.number(),
    rollDeg: z.number(),
    xCm: z.number(),
    yCm: z.number(),
    zCm: z.number(),
  }),
  expression: z.object({
    leftLid: z.number(),
    rightLid: z.number(),
    mouthOpen: z.number(),
    gazeYawDeg: z.number(),
  }),
});
export type ActorTruth = z.infer<typeof truth>;

/** What an actor is asked for. */
export interface ActorPlay {
  readonly play: 'everything' | 'far';
  readonly seconds: number;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

export interface ActorRecording {
  readonly file: string;
  /** One for each frame. */
  readonly truth: readonly ActorTruth[];
}

const TOOL = join(import.meta.dirname, '..', '..', '..', '..', 'tools', 'synthetic-faces', 'dist', 'main.js');
const FOLDER = join(CACHE, 'actors');
const EVERYTHING: ActorPlay = { play: 'everything', seconds: 8, fps: 25, width: 640, height: 360 };

/**
 * An actor of tools/synthetic-faces who turns, nods, leans, speaks, blinks and looks aside; rendered once, about two
 * minutes. By the development tool, as a program: its data is no part of Guise.
 */
export async function recordingOf(actor: string, asked = EVERYTHING): Promise<ActorRecording> {
  await mkdir(FOLDER, { recursive: true });
  const play = asked.play === EVERYTHING.play ? '' : `-${asked.play}`;
  const name = `${actor}${play}-${asked.seconds}s-${asked.fps}fps`;
  const file = join(FOLDER, `${name}.y4m`);
  const facts = join(FOLDER, `${name}.json`);
  // The facts come last: where they are, the recording is whole.
  const isThere = await access(facts).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    const partial = { out: `${file}.${process.pid}`, truth: `${facts}.${process.pid}` };
    const options = { ...asked, actor, ...partial, cache: CACHE };
    const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]);
    await promisify(execFile)(process.execPath, [TOOL, 'sequence', ...args]);
    await rename(partial.out, file);
    await rename(partial.truth, facts);
  }
  return { file, truth: z.array(truth).parse(JSON.parse(await readFile(facts, 'utf8'))) };
}
