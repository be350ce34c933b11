import { fork, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { WEAR_MODES, type WearMode } from '@guise/client/pipeline';
import type { PictureSize } from '@guise/media';
import { cameraRecording } from './camera-recording.js';
import { scaleAnswer, type ScaleJob, type StreamResult } from './scale-messages.js';

export const SCALE_USAGE = `
scale      the whole chain at 640×360, 1280×720 and 1920×1080, in one stream and in two at once, each in a process of its own, beside
           decode+encode alone in as many streams: --mode portrait (default) or overlay, --seconds 10, --input FILE, --json FILE.`;

const SIZES: readonly PictureSize[] = [
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];
const STREAMS = [1, 2] as const;

export interface ScaleResult extends PictureSize {
  readonly mode: WearMode;
  readonly streams: number;
  readonly cores: number;
  /** Frames a second of the slowest stream; loading the models is part of it. */
  readonly fps: number;
  /** The same from its first frame on. */
  readonly sustainedFps: number;
  /** Frames a second of decoder and encoder alone, in as many streams, and the share that `fps` is of it. */
  readonly baselineFps: number;
  readonly ratio: number;
  /** Of the slowest stream. */
  readonly captureToOutputMs: { readonly median: number; readonly p95: number };
  /** All streams together. */
  readonly frames: number;
  readonly renderedFrames: number;
  readonly dropped: number;
  readonly outOfOrder: number;
  readonly rawFrames: number;
  readonly rssMb: number;
  readonly cpuMsPerFrame: number;
}

export async function scaleCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      input: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      mode: { type: 'string', default: 'portrait' },
    },
  });
  const mode = WEAR_MODES.find((known) => known === values.mode);
  const seconds = Number(values.seconds);
  if (mode === undefined || !(seconds > 0)) {
    console.error(SCALE_USAGE);
    return 2;
  }
  const results: ScaleResult[] = [];
  for (const size of SIZES)
    for (const streams of STREAMS) {
      const input = values.input ?? (await cameraRecording(size, seconds));
      const result = await measure({ input, seconds, mode, size }, streams);
      console.log(formatScale(result));
      results.push(result);
    }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return results.every(({ rawFrames, outOfOrder, dropped }) => rawFrames + outOfOrder + dropped === 0)
    ? 0
    : 1;
}

/** All streams do the same step at the same time. */
async function measure(job: ScaleJob, count: number): Promise<ScaleResult> {
  const children = Array.from({ length: count }, () => fork(new URL('./scale-stream.js', import.meta.url)));
  try {
    const all = (message: Parameters<typeof ask>[1]) =>
      Promise.all(children.map((child) => ask(child, message)));
    await all(job);
    const baselines = await all('baseline');
    const measured = await all('measure');
    const baselineFps = Math.min(...baselines.map((answer) => (answer.step === 'baseline' ? answer.fps : 0)));
    const streams = measured.flatMap((answer) => (answer.step === 'measured' ? [answer.result] : []));
    return summarise(job, streams, baselineFps);
  } finally {
    for (const child of children) child.kill();
  }
}

function ask(child: ChildProcess, message: ScaleJob | 'baseline' | 'measure') {
  return new Promise<ReturnType<typeof scaleAnswer.parse>>((resolve, reject) => {
    const onExit = () => {
      reject(new Error('a stream ended before it answered'));
    };
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(scaleAnswer.parse(answer));
    });
    child.send(message);
  });
}

function summarise(
  { mode, size }: ScaleJob,
  streams: readonly StreamResult[],
  baselineFps: number,
): ScaleResult {
  const sum = (of: (stream: StreamResult) => number): number =>
    streams.reduce((total, stream) => total + of(stream), 0);
  const fps = Math.min(...streams.map((stream) => stream.fps));
  const sustainedFps = Math.min(...streams.map((stream) => stream.sustainedFps));
  return {
    ...{
      mode,
      ...size,
      streams: streams.length,
      cores: availableParallelism(),
      fps: tenth(fps),
      sustainedFps,
    },
    ...{ baselineFps: tenth(baselineFps), ratio: Math.round((100 * fps) / baselineFps) / 100 },
    captureToOutputMs: {
      median: Math.max(...streams.map(({ captureToOutputMs }) => captureToOutputMs.median)),
      p95: Math.max(...streams.map(({ captureToOutputMs }) => captureToOutputMs.p95)),
    },
    frames: sum((stream) => stream.frames),
    renderedFrames: sum((stream) => stream.renderedFrames),
    dropped: sum((stream) => stream.dropped),
    outOfOrder: sum((stream) => stream.outOfOrder),
    rawFrames: sum((stream) => stream.rawFrames),
    rssMb: sum((stream) => stream.rssMb),
    cpuMsPerFrame: tenth(sum((stream) => stream.cpuMsPerFrame) / streams.length),
  };
}

const tenth = (value: number): number => Math.round(value * 10) / 10;

export function formatScale(result: ScaleResult): string {
  const { width, height, streams, fps, baselineFps, ratio, captureToOutputMs, rssMb, cpuMsPerFrame } = result;
  return [
    `scale, ${result.mode}, ${width}×${height}, ${streams} stream${streams === 1 ? '' : 's'}, ${result.cores} cores:`,
    `${fps} frames/s each, ${result.sustainedFps} from the first frame on (decode+encode alone ${baselineFps}, ratio ${ratio.toFixed(2)}),`,
    `capture to output ${captureToOutputMs.median.toFixed(1)} ms median, ${captureToOutputMs.p95.toFixed(1)} p95,`,
    `${cpuMsPerFrame} ms of processor time a frame, ${rssMb} MB; rendered ${result.renderedFrames} of ${result.frames},`,
    `dropped ${result.dropped}, out of order ${result.outOfOrder}, raw frames ${result.rawFrames}`,
  ].join(' ');
}
