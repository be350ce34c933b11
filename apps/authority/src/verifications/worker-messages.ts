import { MAX_MARKED_PICTURES } from '@guise/protocol';
import { z } from 'zod';

/** Messages between the authority and its media worker. The worker handles hostile media, so its words are parsed. */
const bytes = (...lengths: readonly number[]) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && lengths.includes(value.length),
    'wrong length',
  );
const sessionNumber = z.int().positive();
const distance = (bits: number) => z.number().min(0).max(bits).nullable();
const match = z.object({
  picture: distance(256),
  face: distance(256),
  isFaceCut: z.boolean(),
  tileDistances: z.array(distance(64)).length(16).readonly(),
  median: distance(64),
});
const place = z.object({ x: z.number(), y: z.number() });
const observed = {
  session: sessionNumber,
  pictures: z.array(match).max(1000).readonly(),
  region: z.tuple([place, place, place, place]).readonly(),
};
const epoch = z.int().nonnegative();

export const secondReading = z.object({
  second: z.int().nonnegative(),
  marks: z
    .array(z.object({ ...observed, epoch: epoch.nullable(), epochTagZ: z.number().nullable() }))
    .max(MAX_MARKED_PICTURES)
    .readonly(),
  share: z.number().min(0).max(1).nullable(),
  trace: z.object({ ...observed, epoch }).nullable(),
  confidenceLog10: z.number().nullable(),
});

/** To the worker: the task, then answers to what it asked. */
export const toWorker = z.discriminatedUnion('say', [
  z.object({
    say: z.literal('analyse'),
    path: z.string(),
    seed: z.int().min(0).max(0xffffffff),
    whole: z.boolean(),
    key: bytes(32),
  }),
  z.object({
    say: z.literal('evidence'),
    session: sessionNumber,
    evidence: z
      .object({
        number: sessionNumber,
        frame: z.object({ width: z.int().positive(), height: z.int().positive() }),
        disclosed: z.object({ epoch: z.int().nonnegative(), key: bytes(32) }).nullable(),
        epochs: z
          .array(z.object({ epoch: z.int().nonnegative(), fingerprints: z.array(bytes(36, 196)).readonly() }))
          .readonly(),
      })
      .nullable(),
  }),
]);
export type ToWorker = z.infer<typeof toWorker>;

/** Seconds that are told at once: so few are parsed without keeping anybody waiting. */
export const SECONDS_AT_ONCE = 20;

/** From the worker: a question about a session, how far it is, what was read, or how it ended. */
export const fromWorker = z.discriminatedUnion('say', [
  z.object({ say: z.literal('which-evidence'), session: sessionNumber }),
  z.object({
    say: z.literal('progress'),
    secondsRead: z.int().nonnegative(),
    materialSeconds: z.number().nonnegative().nullable(),
  }),
  z.object({ say: z.literal('seconds'), seconds: z.array(secondReading).max(SECONDS_AT_ONCE) }),
  z.object({
    say: z.literal('reading'),
    /** After those that were told before. */
    seconds: z.array(secondReading).max(SECONDS_AT_ONCE),
    materialSeconds: z.number().nonnegative().nullable(),
  }),
  z.object({
    say: z.literal('refused'),
    code: z.enum(['unreadable', 'too-large', 'failed']),
    advice: z.string().max(500),
  }),
]);
export type FromWorker = z.infer<typeof fromWorker>;
