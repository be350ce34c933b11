/**
 * Child process that reads one file: a decoder crash or a runaway file ends here and not in the authority. Started by
 * `ChildMediaAnalyst`; asks back for the evidence of the sessions whose marks it finds.
 */
import { rgbToI420, type I420Frame } from '@guise/frame';
import { decodeImage, decodeVideo, MediaError, probe } from '@guise/media';
import { analyseMedia } from './analyse-media.js';
import { AnalystError, type SessionEvidence } from './media-analyst.js';
import type { TimedFrame } from './settle-epoch.js';
import { toWorker, type FromWorker } from './worker-messages.js';

/** Bounds of one submission: it is answered while the request waits, at about 0.4 s of one core per second of material. */
const LIMITS = { maxBytes: 300 * 2 ** 20, maxWidth: 7680, maxHeight: 4320, maxDurationSeconds: 180 };
const MAX_PICTURE_PIXELS = 7680 * 4320;
/** The largest picture that is read; larger ones are scaled down, which the mark survives. */
const MAX_SIZE = { width: 1920, height: 1080 };
/** Pictures read of each second; of long material fewer, so that it ends within the time limit. */
const FRAMES_PER_SECOND = { short: { num: 8, den: 1 }, long: { num: 4, den: 1 } };
const LONG_SECONDS = 60;

type Waiting = (evidence: SessionEvidence | null) => void;
const waiting = new Map<number, Waiting>();

process.on('message', (raw) => {
  const message = toWorker.parse(raw);
  if (message.say === 'analyse') void answer(message.path, message.key);
  else waiting.get(message.session)?.(message.evidence);
});
// The authority is gone: nobody waits for an answer.
process.on('disconnect', () => process.exit(0));

async function answer(path: string, key: Uint8Array): Promise<void> {
  tell(await read(path, key));
}

async function read(path: string, key: Uint8Array): Promise<FromWorker> {
  try {
    return { say: 'readings', readings: await analyseMedia(() => framesOf(path), key, askEvidence) };
  } catch (error) {
    const refused = toRefusal(error);
    if (refused.code === 'failed') {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`);
    }
    return { say: 'refused', code: refused.code, advice: refused.advice };
  }
}

function askEvidence(session: number): Promise<SessionEvidence | null> {
  return new Promise((resolve) => {
    waiting.set(session, resolve);
    tell({ say: 'which-evidence', session });
  });
}

function tell(message: FromWorker): void {
  process.send?.(message);
}

async function* framesOf(path: string): AsyncGenerator<TimedFrame> {
  const info = await probe(path, { limits: LIMITS });
  if (info.kind === 'audio-only') throw new AnalystError('unreadable', 'The file holds sound only.');
  if (info.kind === 'image') {
    yield toLuma(rgbToI420(await decodeImage(path, { maxPixels: MAX_PICTURE_PIXELS })), 0);
    return;
  }
  const fps = FRAMES_PER_SECOND[(info.durationSeconds ?? 0) > LONG_SECONDS ? 'long' : 'short'];
  const options = { limits: LIMITS, maxSize: MAX_SIZE, fps, damage: 'conceal' } as const;
  for await (const { frame, timestampMs } of await decodeVideo(path, options))
    yield toLuma(frame, timestampMs);
}

const toLuma = ({ data, width, height }: I420Frame, timestampMs: number): TimedFrame => ({
  luma: data.subarray(0, width * height),
  width,
  height,
  stride: width,
  timestampMs,
});

function toRefusal(error: unknown): { code: 'unreadable' | 'too-large' | 'failed'; advice: string } {
  if (error instanceof AnalystError && error.code === 'unreadable')
    return { code: 'unreadable', advice: error.advice };
  if (!(error instanceof MediaError)) return { code: 'failed', advice: 'It could not be read here.' };
  switch (error.code) {
    case 'file-too-large':
    case 'picture-too-large':
    case 'too-long':
      return { code: 'too-large', advice: 'Send at most 3 minutes, 300 MiB and 7680×4320 pixels.' };
    case 'ffmpeg-missing':
    case 'ffmpeg-incapable':
    case 'aborted':
    case 'disk-full':
    case 'write-failed':
      return { code: 'failed', advice: 'It could not be read here.' };
    case 'not-found':
    case 'empty-file':
    case 'not-media':
    case 'no-picture':
    case 'picture-too-small':
    case 'damaged':
    case 'bad-size':
    case 'stalled':
      return { code: 'unreadable', advice: 'Send a picture or video that a player can open.' };
  }
}
