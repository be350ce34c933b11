import { z } from 'zod';

const count = z.object({ ok: z.int().min(0), n: z.int().min(0) }).refine(({ ok, n }) => ok <= n);
const change = z.object({ mean: z.number(), p99: z.number(), max: z.number() });
const histogram = z.object({ counts: z.array(z.int().min(0)), largest: z.number() });

/** Results of one attack over the clips. `frame`, `s1`, `s3`, `s10`: windows whose session was read. */
const attackResult = z.object({
  name: z.string(),
  frame: count,
  s1: count,
  s3: count,
  s10: count,
  /** One-second windows whose epoch tag verified. */
  tag: count,
  /** Median over the one-second windows read; null when there were none. */
  confidenceLog10: z.number().nullable(),
  /** Accepted payloads that nobody embedded. */
  wrong: z.int().min(0),
  /** Why nothing was measured; null when it was. */
  notRun: z.string().nullable(),
  /** Three-second windows (frames of screenshots) by clip. */
  byClip: z.array(z.object({ clip: z.string(), ok: z.int(), n: z.int() })),
});

/** Recordings of three seconds with a copied mark, by the authority's verdict. */
const copies = {
  altered: z.int().min(0),
  n: z.int().min(0),
  /** Verdicts `authorised`: none may be. */
  authorised: z.int().min(0),
  /** Of n parts of the marked recordings themselves, sent alike: how many were authorised. */
  genuine: z.int().min(0),
  /** Recordings in which the copied mark was read at all. */
  read: z.int().min(0),
  /** Of n parts of the marked recordings: how many were still read after the estimated field was subtracted. */
  readAfterRemoval: z.int().min(0),
};

/** What `bench watermark --json` writes. Times in milliseconds, one thread, 1280×720. */
export const watermarkReport = z.object({
  /** Of the library's program text. */
  version: z.string(),
  quick: z.boolean(),
  clips: z.array(
    z.object({
      name: z.string(),
      psnrDb: z.number(),
      ssim: z.number().min(0).max(1),
      vmaf: z.number().nullable(),
      bitrateOverhead: z.object({ crf23: z.number(), crf28: z.number(), crf33: z.number() }),
    }),
  ),
  embedMs: z.object({ median: z.number(), p95: z.number() }),
  prepareMs: z.object({ median: z.number() }),
  copyMs: z.object({ median: z.number() }),
  detectMs: z.object({ search: z.number(), perFrame: z.number(), unmarked: z.number() }),
  attacks: z.array(attackResult),
  falsePositives: z.object({
    accepted: z.int().min(0),
    trials: z.int().min(0),
    /** Different windows of frames among them. */
    windows: z.int().min(0),
    byKind: z.array(
      z.object({
        mode: z.string(),
        material: z.string(),
        accepted: z.int().min(0),
        trials: z.int().min(0),
        windows: z.int().min(0),
      }),
    ),
    /** Under keys that drew nothing of what was read. */
    statistics: z.object({
      tagZ: histogram,
      pilotZ: histogram,
      clearestZ: histogram,
      /** −log10 of the acceptance bound. */
      surprise: histogram,
    }),
  }),
  copyAttack: z.array(
    z.object({
      /** Frames the field was estimated from. */
      frames: z.int(),
      ...copies,
      byVictim: z.array(z.object({ relation: z.string(), ...copies })),
    }),
  ),
  flicker: z.array(z.object({ clip: z.string(), frameToFrame: change, epochToEpoch: change })),
  baselines: z.array(
    z.object({
      method: z.string(),
      psnrDb: z.number(),
      msPerFrame: z.number(),
      attacks: z.array(z.object({ name: z.string(), bitAccuracy: z.number(), exact: count })),
    }),
  ),
});

export type WatermarkReport = z.infer<typeof watermarkReport>;
export type AttackResult = z.infer<typeof attackResult>;
