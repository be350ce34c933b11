import { join } from 'node:path';
import type { I420Frame } from '@guise/frame';
import type { VerificationReport } from '@guise/protocol';
import { createDetector } from 'invisible-watermark-ts';
import { openHonestSession, type HonestSession } from '../../honest-session.js';
import { wearRecording } from '../../worn-recording.js';
import { CLIP_FPS, prepareClips, type Recipe } from '../clips.js';
import { ffmpeg, loadFrames, readFrames, writeFrames } from '../ffmpeg.js';
import { READ_FPS, toTimedFrames } from '../tally.js';
import { withFolder } from '../work-folder.js';
import { addField, estimateField } from './copied-field.js';

export interface CopyAttackJob {
  readonly worn: Recipe;
  readonly victim: Recipe;
  /** What the two recordings have in common. */
  readonly relation: string;
  /** Marked frames that the field is estimated from. */
  readonly frames: number;
  /** Of either recording. */
  readonly seconds: number;
}

export interface CopyAttack {
  readonly frames: number;
  readonly relation: string;
  /** Recordings of three seconds that a verdict was asked for. */
  readonly n: number;
  readonly altered: number;
  readonly authorised: number;
  /** Recordings in which the copied mark was read. */
  readonly read: number;
  /** Of the marked recording itself, sent alike: how many parts, of n, were authorised. */
  readonly genuine: number;
  /** Parts of the marked recording that could still be read after the field was taken off them, of n. */
  readonly readAfterRemoval: number;
}

const SECONDS_PER_VERDICT = 3;

/** Copies the mark of one recording onto another and asks an authority for a verdict on every three seconds of it. */
export function measureCopyAttack(
  { worn, victim, relation, frames, seconds }: CopyAttackJob,
  { work }: { readonly work: string },
): Promise<CopyAttack> {
  return withFolder(async (folder) => {
    const [wornClip, victimClip] = await prepareClips([worn, victim], seconds, work);
    if (wornClip === undefined || victimClip === undefined) throw new RangeError('a copy needs two clips');
    const session = await openHonestSession();
    try {
      const marked = join(folder, 'marked.mkv');
      await wearRecording(session, wornClip.file, marked);
      const field = await estimateField(marked, frames);
      const parts = Array.from({ length: Math.floor(seconds / SECONDS_PER_VERDICT) }, (_, part) => part);
      const forged = await verdicts(session, victimClip.file, field, parts, folder);
      const genuine = await verdicts(session, marked, null, parts, folder);
      const cleaned = await readCleaned(session, marked, field, parts);
      return {
        ...{ frames, relation, n: parts.length },
        altered: forged.filter(({ verdict }) => verdict === 'altered').length,
        authorised: forged.filter(({ verdict }) => verdict === 'authorised').length,
        genuine: genuine.filter(({ verdict }) => verdict === 'authorised').length,
        read: forged.filter(({ detection }) => detection.found).length,
        readAfterRemoval: cleaned.filter((isRead) => isRead).length,
      };
    } finally {
      await session.close();
    }
  });
}

async function verdicts(
  session: HonestSession,
  file: string,
  field: Float32Array | null,
  parts: readonly number[],
  folder: string,
): Promise<VerificationReport[]> {
  const reports: VerificationReport[] = [];
  for (const part of parts) reports.push(await verifyPart(session, file, field, part, folder));
  return reports;
}

/** What the authority says of three seconds of a recording, under the copied field if there is one, sent at a high quality. */
async function verifyPart(
  session: HonestSession,
  file: string,
  field: Float32Array | null,
  part: number,
  folder: string,
): Promise<VerificationReport> {
  const [forged, sent] = [join(folder, 'forged.mkv'), join(folder, 'sent.mp4')];
  const [first, end] = [part, part + 1].map((at) => at * SECONDS_PER_VERDICT * CLIP_FPS);
  await writeFrames(forged, CLIP_FPS, withField(file, field, first ?? 0, end ?? 0));
  await ffmpeg(['-i', forged, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', sent]);
  return session.verify(sent);
}

async function* withField(
  file: string,
  field: Float32Array | null,
  first: number,
  end: number,
): AsyncGenerator<I420Frame> {
  let index = 0;
  for await (const frame of readFrames(file, { frames: end })) {
    if (index++ < first) continue;
    if (field !== null) addField(frame.data, field);
    yield frame;
  }
}

/** Whether each part of the marked recording is still read after the field was taken off it. */
async function readCleaned(
  { mark }: HonestSession,
  marked: string,
  field: Float32Array,
  parts: readonly number[],
): Promise<boolean[]> {
  const detector = createDetector({ key: mark.key });
  const frames = toTimedFrames(await loadFrames(marked, { fps: READ_FPS }));
  for (const { luma } of frames) addField(luma, field, -1);
  const span = SECONDS_PER_VERDICT * READ_FPS;
  return parts.map((part) => {
    const { payload } = detector.detect(frames.slice(part * span, (part + 1) * span), { search: 'aligned' });
    return payload?.session === mark.session;
  });
}
