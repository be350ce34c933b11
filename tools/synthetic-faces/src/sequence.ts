import { rgbToI420, type I420Frame } from '@guise/frame';

import type { Actor } from './actor.js';
import type { HumanBody } from './human-body.js';
import type { Moment } from './performance.js';
import { renderScene, type FaceTruth, type Scene } from './scene.js';

/** One person of a sequence and what they do. */
export interface Performer {
  readonly actor: Actor;
  readonly performance: (seconds: number) => Moment;
}

export interface SequenceOptions extends Omit<Scene, 'people' | 'noise'> {
  readonly performers: readonly Performer[];
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seconds: number;
  /** Standard deviation of the sensor noise, 8-bit units. Default 1.5. */
  readonly noiseSigma?: number;
}

export interface SequenceFrame {
  readonly timestampMs: number;
  readonly frame: I420Frame;
  readonly faces: readonly FaceTruth[];
}

/** Renders a sequence frame by frame (about half a second each at 640×480). */
export async function* renderSequence(
  body: HumanBody,
  options: SequenceOptions,
): AsyncGenerator<SequenceFrame> {
  const { performers, width, height, fps, seconds, light, background, noiseSigma = 1.5 } = options;
  for (let index = 0; index < Math.round(seconds * fps); index++) {
    const people = performers.map(({ actor, performance }) => ({ actor, ...performance(index / fps) }));
    const scene = { people, light, background, noise: { sigma: noiseSigma, seed: index + 1 } };
    const { image, faces } = await renderScene(body, scene, width, height);
    yield { timestampMs: (index * 1000) / fps, frame: rgbToI420(image), faces };
  }
}
