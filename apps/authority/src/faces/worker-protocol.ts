import { z } from 'zod';
import { EMBEDDING_LENGTH, faceAttribute, portraitShot } from '@guise/protocol';
import type { MeshPlace } from './face-judge.js';

/** Messages between the authority and its face worker. The worker handles hostile media, so its answers are parsed. */
const embedding = z
  .instanceof(Float32Array)
  .refine((value) => value.length === EMBEDDING_LENGTH && value.every(Number.isFinite), 'not an embedding');
const reason = z.object({ code: z.string().max(60), message: z.string().max(500) });

export const captureVerdict = z.discriminatedUnion('accepted', [
  z.object({
    accepted: z.literal(true),
    embedding,
    framesSeen: z.int().nonnegative(),
    facesAgree: z.number(),
    spoofMedian: z.number(),
    measures: z.record(z.string().max(60), z.number()),
  }),
  z.object({ accepted: z.literal(false), reasons: z.array(reason).min(1).max(20) }),
]);
export const pictureVerdict = z.discriminatedUnion('faces', [
  z.object({ faces: z.literal('one'), embedding, attributes: z.array(faceAttribute).max(2) }),
  z.object({ faces: z.literal('none') }),
  z.object({ faces: z.literal('several') }),
  z.object({ faces: z.literal('elsewhere') }),
]);

export const portraitVerdict = z.discriminatedUnion('faces', [
  z.object({
    faces: z.literal('one'),
    embedding,
    attributes: z.array(faceAttribute).max(2),
    shot: portraitShot,
  }),
  z.object({ faces: z.literal('none') }),
  z.object({ faces: z.literal('several') }),
]);

const meshPlace = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

export const workerRequest = z.discriminatedUnion('task', [
  z.object({ id: z.int(), task: z.literal('capture'), path: z.string() }),
  z.object({ id: z.int(), task: z.literal('picture'), picture: z.instanceof(Uint8Array), mesh: meshPlace }),
  z.object({ id: z.int(), task: z.literal('portrait'), picture: z.instanceof(Uint8Array) }),
]);
export type WorkerRequest = z.infer<typeof workerRequest>;
/** A request without its number. */
export type WorkerTask =
  | { readonly task: 'capture'; readonly path: string }
  | { readonly task: 'picture'; readonly picture: Uint8Array; readonly mesh: MeshPlace }
  | { readonly task: 'portrait'; readonly picture: Uint8Array };

export const workerAnswer = z.discriminatedUnion('outcome', [
  z.object({ id: z.int(), outcome: z.literal('verdict'), verdict: z.unknown() }),
  z.object({
    id: z.int(),
    outcome: z.literal('refused'),
    code: z.enum(['unreadable', 'too-slow', 'busy', 'failed']),
    advice: z.string().max(500),
  }),
]);
export type WorkerAnswer = z.infer<typeof workerAnswer>;
