import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess, type ProcessOptions, type ProcessReport, type WearMode } from '@guise/client/pipeline';
import { decodeVideo, encodeVideo, rateValue, type PictureSize } from '@guise/media';
import { createVision } from '@guise/vision';
import { cameraRecording } from './camera-recording.js';
import { issueLocally } from './local-authority.js';
import { buildAvatar, enrolWearer, openRegistry } from './material.js';

export interface PipelineRun {
  /** Null: the sample recording as a camera of that size would have made it. */
  readonly input: string | null;
  readonly seconds: number;
  readonly size: PictureSize;
  /** Measured one after another, each with its own session. */
  readonly modes: readonly WearMode[];
}

export interface PipelineResult extends PictureSize {
  readonly mode: WearMode;
  /** Frames per second of wall time, from the call to the finished file; loading the models is part of it. */
  readonly fps: number;
  /** The same from the first frame on. */
  readonly sustainedFps: number;
  /** The same decoder and encoder with nothing between them, in the same run. */
  readonly baselineFps: number;
  readonly captureToOutputMs: { readonly median: number; readonly p95: number };
  /**
   * What the session's own thread does to a frame whose faces are known, until it can be recorded and written: draw, label, mark,
   * check the mark, look for the camera's face. Looking for faces runs beside it, in a thread of its own (stage `sight`).
   */
  readonly renderCoreMs: { readonly median: number; readonly p95: number };
  readonly stages: ProcessReport['stages'];
  readonly frames: number;
  readonly renderedFrames: number;
  readonly slateFrames: ProcessReport['slateFrames'];
  /** Frames decoded from the input less frames counted in the finished file. */
  readonly dropped: number;
  /** Frames whose timestamp did not advance when they reached the encoder. */
  readonly outOfOrder: number;
  readonly rawFrames: number;
  /** Largest resident set of this process so far, modes measured before included; ffmpeg's are their own. */
  readonly rssMb: number;
  /** From the call (models not yet loaded) to the first frame taken by the encoder. */
  readonly firstFrameMs: number;
  /** Processor time of this process per frame, all threads: tells the work even on a machine that others use too. */
  readonly cpuMsPerFrame: number;
  readonly cores: number;
}

/** One result per mode, beside one measurement of decoder and encoder alone. */
export async function benchPipeline(run: PipelineRun): Promise<readonly PipelineResult[]> {
  const input = run.input ?? (await cameraRecording(run.size, run.seconds));
  const folder = await mkdtemp(join(tmpdir(), 'guise-bench-'));
  try {
    const baselineFps = await measureBaseline(input, run, join(folder, 'baseline.mp4'));
    const material = await prepare(input);
    const results: PipelineResult[] = [];
    for (const mode of run.modes) {
      const output = join(folder, `${mode}.mp4`);
      results.push(
        await measureMode({ ...material, mode, input, output, size: run.size }, run.seconds, baselineFps),
      );
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a measurement wears, and who wears it. */
export type Material = Awaited<ReturnType<typeof prepare>>;

export async function measureMode(
  options: Material & Required<Pick<ProcessOptions, 'mode' | 'input' | 'output' | 'size'>>,
  seconds: number,
  baselineFps: number,
): Promise<PipelineResult> {
  const { bundle, wearer, input, output } = options;
  const authority = await issueLocally(bundle.sha256, wearer.sha256);
  const endFrame = await framesIn(input, seconds);
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const first: number[] = [];
  const report = await runProcess({
    ...options,
    ...authority,
    trim: { startFrame: 0, endFrame },
    onProgress: ({ type }) => {
      if (type === 'frame' && first.length === 0) first.push(performance.now() - startedMs);
    },
  });
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return result(report, {
    baselineFps,
    elapsedMs,
    cpuMs: (user + system) / 1000,
    firstFrameMs: first[0] ?? 0,
    framesInFile: await countFrames(output),
  });
}

/** Avatar and wearer; their networks are closed again, so that what is measured starts from nothing. */
export async function prepare(input: string) {
  const registry = await openRegistry();
  const vision = await createVision({ registry });
  try {
    const bundle = await buildAvatar(vision);
    return { registry, bundle, wearer: await enrolWearer(vision, input) };
  } finally {
    await vision.close();
  }
}

async function framesIn(input: string, seconds: number): Promise<number> {
  const { fps } = await decodeVideo(input);
  return Math.max(1, Math.round(seconds * rateValue(fps)));
}

async function countFrames(file: string): Promise<number> {
  let frames = 0;
  for await (const { index } of await decodeVideo(file, { lends: true })) frames = index + 1;
  return frames;
}

/** @returns frames a second of decoder and encoder with nothing between them */
export async function measureBaseline(
  input: string,
  { size, seconds }: Pick<PipelineRun, 'size' | 'seconds'>,
  out: string,
): Promise<number> {
  const startedMs = performance.now();
  const video = await decodeVideo(input, { size, fit: 'cover', durationSeconds: seconds, lends: true });
  const encoder = await encodeVideo(out, { ...size, fps: video.fps });
  for await (const { frame } of video) await encoder.write(frame);
  const { frames } = await encoder.finish();
  return (frames * 1000) / (performance.now() - startedMs);
}

interface Measured {
  readonly baselineFps: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly firstFrameMs: number;
  readonly framesInFile: number;
}

function result(
  report: ProcessReport,
  { baselineFps, elapsedMs, cpuMs, firstFrameMs, framesInFile }: Measured,
): PipelineResult {
  const { median, p95 } = report.captureToOutputMs;
  const core = report.stages.find(({ name }) => name === 'render-core');
  return {
    mode: report.mode,
    ...report.size,
    fps: round((report.frames * 1000) / elapsedMs),
    sustainedFps: round(((report.frames - 1) * 1000) / (elapsedMs - firstFrameMs)),
    baselineFps: round(baselineFps),
    captureToOutputMs: { median: round(median), p95: round(p95) },
    renderCoreMs: { median: round(core?.medianMs ?? 0), p95: round(core?.p95Ms ?? 0) },
    stages: report.stages.map(({ name, medianMs, p95Ms }) => ({
      name,
      medianMs: round(medianMs),
      p95Ms: round(p95Ms),
    })),
    frames: report.frames,
    renderedFrames: report.renderedFrames,
    slateFrames: report.slateFrames,
    dropped: report.frames - framesInFile,
    outOfOrder: report.outOfOrder,
    rawFrames: report.rawFrames,
    // resourceUsage counts kilobytes.
    rssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    firstFrameMs: Math.round(firstFrameMs),
    cpuMsPerFrame: round(cpuMs / report.frames),
    cores: availableParallelism(),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** No camera picture came out, and every frame came out once and in order. */
export function isSound({ rawFrames, outOfOrder, dropped }: PipelineResult): boolean {
  return rawFrames === 0 && outOfOrder === 0 && dropped === 0;
}

export function formatPipeline(run: PipelineResult): string {
  const row = (name: string, median: number, p95: number) =>
    `  ${name.padEnd(18)}${median.toFixed(1).padStart(8)}${p95.toFixed(1).padStart(8)}`;
  return [
    `pipeline, ${run.mode}, ${run.width}×${run.height}, ${run.frames} frames, ${run.cores} cores`,
    `  ${'stage (ms)'.padEnd(18)}${'median'.padStart(8)}${'p95'.padStart(8)}`,
    ...run.stages.map(({ name, medianMs, p95Ms }) => row(name, medianMs, p95Ms)),
    row('capture to output', run.captureToOutputMs.median, run.captureToOutputMs.p95),
    `  ${run.fps} frames/s, ${run.sustainedFps} from the first frame on; decode+encode alone ${run.baselineFps} (ratio ${(run.fps / run.baselineFps).toFixed(2)})`,
    `  ${run.cpuMsPerFrame} ms of processor time a frame; first frame after ${run.firstFrameMs} ms, resident set ${run.rssMb} MB`,
    `  rendered ${run.renderedFrames}, slate ${JSON.stringify(run.slateFrames)}, dropped ${run.dropped}, out of order ${run.outOfOrder}, raw frames ${run.rawFrames}`,
  ].join('\n');
}
