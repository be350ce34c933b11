import { z } from 'zod';

/** Messages between the authority and its media worker. The worker handles hostile media, so its words are parsed. */
const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, 'wrong length');
const sessionNumber = z.int().positive();
const match = z.object({
  tileDistances: z.array(z.number().min(0).max(64).nullable()).length(16).readonly(),
  median: z.number().min(0).max(64).nullable(),
});
const compared = { fingerprint: match.nullable(), farthest: z.number().min(0).max(64).nullable() };

export const secondReading = z.object({
  second: z.int().nonnegative(),
  session: sessionNumber.nullable(),
  confidenceLog10: z.number().nullable(),
  epoch: z.int().nonnegative().nullable(),
  epochTagZ: z.number().nullable(),
  ...compared,
  trace: z.object({ session: sessionNumber, epoch: z.int().nonnegative(), ...compared }).nullable(),
});

/** To the worker: the task, then answers to what it asked. */
export const toWorker = z.discriminatedUnion('say', [
  z.object({ say: z.literal('analyse'), path: z.string(), key: bytes(32) }),
  z.object({
    say: z.literal('evidence'),
    session: sessionNumber,
    evidence: z
      .object({
        number: sessionNumber,
        frame: z.object({ width: z.int().positive(), height: z.int().positive() }),
        disclosed: z.object({ epoch: z.int().nonnegative(), key: bytes(32) }).nullable(),
        epochs: z
          .array(z.object({ epoch: z.int().nonnegative(), fingerprints: z.array(bytes(128)).readonly() }))
          .readonly(),
      })
      .nullable(),
  }),
]);
export type ToWorker = z.infer<typeof toWorker>;

/** From the worker: a question about a session, or how it ended. */
export const fromWorker = z.discriminatedUnion('say', [
  z.object({ say: z.literal('which-evidence'), session: sessionNumber }),
  z.object({
    say: z.literal('reading'),
    seconds: z.array(secondReading).max(20_000),
    materialSeconds: z.number().nonnegative().nullable(),
  }),
  z.object({
    say: z.literal('refused'),
    code: z.enum(['unreadable', 'too-large', 'failed']),
    advice: z.string().max(500),
  }),
]);
export type FromWorker = z.infer<typeof fromWorker>;
