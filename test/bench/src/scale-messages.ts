import { WEAR_MODES } from '@guise/client/pipeline';
import { z } from 'zod';

/** What one stream measures. */
export const scaleJob = z.strictObject({
  input: z.string(),
  seconds: z.number().positive(),
  mode: z.enum(WEAR_MODES),
  size: z.strictObject({ width: z.int(), height: z.int() }),
});
export type ScaleJob = z.infer<typeof scaleJob>;

const measured = z.object({
  fps: z.number(),
  sustainedFps: z.number(),
  captureToOutputMs: z.object({ median: z.number(), p95: z.number() }),
  frames: z.number(),
  renderedFrames: z.number(),
  dropped: z.number(),
  outOfOrder: z.number(),
  rawFrames: z.number(),
  rssMb: z.number(),
  cpuMsPerFrame: z.number(),
});
export type StreamResult = z.infer<typeof measured>;

/** What a stream answers, step by step. */
export const scaleAnswer = z.discriminatedUnion('step', [
  z.object({ step: z.literal('ready') }),
  z.object({ step: z.literal('baseline'), fps: z.number() }),
  z.object({ step: z.literal('measured'), result: measured }),
]);
export type ScaleAnswer = z.input<typeof scaleAnswer>;
