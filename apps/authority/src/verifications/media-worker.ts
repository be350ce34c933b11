/**
 * Child process that reads one file: a decoder crash or a runaway file ends here and not in the authority. Started by
 * `ChildMediaAnalyst`; asks back for the evidence of the sessions whose marks it finds.
 */
import { constants, setPriority } from 'node:os';
import { MediaError } from '@guise/media';
import { WatermarkError } from 'invisible-watermark-ts';
import { analyseMedia, type Material } from './analyse-media.js';
import type { SessionEvidence, Task } from './media-analyst.js';
import { guardMemory } from './memory-guard.js';
import { LIMITS_ADVICE, openMaterial } from './open-material.js';
import type { TimedFrame } from './settle-epoch.js';
import { SECONDS_AT_ONCE, toWorker, type FromWorker } from './worker-messages.js';

type Waiting = (evidence: SessionEvidence | null) => void;
const waiting = new Map<number, Waiting>();

guardMemory(Number(process.argv[2]));
process.on('message', (raw) => {
  const message = toWorker.parse(raw);
  if (message.say === 'analyse') void answer(message, message.key);
  else waiting.get(message.session)?.(message.evidence);
});
// The authority is gone: nobody waits for an answer.
process.on('disconnect', () => process.exit(0));

async function answer(task: Task, key: Uint8Array): Promise<void> {
  tell(await read(task, key));
}

async function read(task: Task, key: Uint8Array): Promise<FromWorker> {
  try {
    // Long work gives way to what others wait for; its decoders inherit this.
    if (task.whole) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const material = await openMaterial(task);
    const seconds = await analyseMedia(task.whole ? tellingProgress(material) : material, key, askEvidence);
    while (seconds.length > SECONDS_AT_ONCE)
      tell({ say: 'seconds', seconds: seconds.splice(0, SECONDS_AT_ONCE) });
    return { say: 'reading', seconds, materialSeconds: material.materialSeconds };
  } catch (error) {
    const refused = toRefusal(error);
    if (refused.code === 'failed') {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`);
    }
    return { say: 'refused', code: refused.code, advice: refused.advice };
  }
}

/** The same material; each new second of it is told as it is gone through. */
function tellingProgress(material: Awaited<ReturnType<typeof openMaterial>>): Material {
  return {
    open: async function* (): AsyncGenerator<TimedFrame> {
      let secondsRead = -1;
      for await (const frame of material.open()) {
        const second = Math.floor(Math.max(0, frame.timestampMs) / 1000);
        const { materialSeconds } = material;
        if (second !== secondsRead) tell({ say: 'progress', secondsRead: second, materialSeconds });
        secondsRead = second;
        yield frame;
      }
    },
  };
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

/** What a player may show instead of what is read here must not be vouched for. */
const ONE_SHOWN_ADVICE =
  'It holds an animation, several picture tracks or subtitles. Send a video with one picture track, or a still picture.';

function toRefusal(error: unknown): { code: 'unreadable' | 'too-large' | 'failed'; advice: string } {
  // A long and narrow picture may get too narrow when it is scaled down.
  if (error instanceof WatermarkError && error.code === 'invalid-size')
    return { code: 'unreadable', advice: 'Send a picture of usual shape.' };
  if (!(error instanceof MediaError)) return { code: 'failed', advice: 'It could not be read here.' };
  switch (error.code) {
    case 'file-too-large':
    case 'picture-too-large':
    case 'too-long':
      return { code: 'too-large', advice: LIMITS_ADVICE };
    case 'ambiguous':
      return { code: 'unreadable', advice: ONE_SHOWN_ADVICE };
    case 'ffmpeg-missing':
    case 'ffmpeg-incapable':
    case 'aborted':
    case 'disk-full':
    case 'write-failed':
    case 'camera-missing':
    case 'camera-busy':
    case 'camera-denied':
    case 'camera-lost':
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
