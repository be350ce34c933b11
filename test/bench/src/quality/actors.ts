import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
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

export interface ActorRecording {
  readonly file: string;
  /** One for each frame. */
  readonly truth: readonly ActorTruth[];
}

const TOOL = join(import.meta.dirname, '..', '..', '..', '..', 'tools', 'synthetic-faces', 'dist', 'main.js');
const RECORDING = { play: 'everything', seconds: 8, fps: 25, width: 640, height: 360 } as const;

/**
 * An actor of tools/synthetic-faces who turns, nods, leans, speaks, blinks and looks aside; rendered once, about two
 * minutes. By the development tool, as a program: its data is no part of Guise.
 */
export async function recordingOf(actor: string, folder: string): Promise<ActorRecording> {
  const file = join(folder, `actor-${actor}.y4m`);
  const facts = join(folder, `actor-${actor}.json`);
  // The facts are written last.
  const isThere = await access(facts).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    const options = { ...RECORDING, actor, out: file, truth: facts, cache: CACHE };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    await promisify(execFile)(process.execPath, [TOOL, 'sequence', ...args]);
  }
  return { file, truth: z.array(truth).parse(JSON.parse(await readFile(facts, 'utf8'))) };
}
