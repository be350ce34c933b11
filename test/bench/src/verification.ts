import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { VerificationReport } from '@guise/protocol';
import { openHonestSession, type HonestSession } from './honest-session.js';
import { CACHE } from './material.js';
import { prepareClips, RECIPES, type Clip } from './watermark/clips.js';
import { ffmpeg } from './watermark/ffmpeg.js';
import { rounded } from './watermark/statistics.js';
import { withFolder } from './watermark/work-folder.js';
import { wearRecording } from './worn-recording.js';

export const VERIFICATION_USAGE = `verification  [--json FILE] [--minutes N]
           a marked and an unmarked recording of 1280x720 (an hour), as an auditor hands them in to an authority with its worker
           process: time to the verdict, beside decoding every picture of the same file. About five minutes.`;

const CLIP_SECONDS = 20;
/** As a meeting's recording is encoded; a key picture every two seconds. */
const ENCODED = ['-an', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-g', '60'];

export interface VerifiedRecording {
  readonly name: 'marked' | 'unmarked';
  readonly seconds: number;
  readonly megabytes: number;
  /** From handing the file in to the report. */
  readonly verdictS: number;
  /** ffmpeg decoding every picture of the file and doing nothing with it: the limit of reading it as a whole. */
  readonly decodeS: number;
  readonly verdict: VerificationReport['verdict'];
  readonly coverage: VerificationReport['coverage'];
}

/** @returns exit code: 2 when the arguments are wrong, 1 when a recording was not seen for what it is */
export async function verificationCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'string' }, minutes: { type: 'string', default: '60' } },
  });
  const minutes = Number(values.minutes);
  if (!Number.isInteger(minutes) || minutes < 1) {
    console.error(VERIFICATION_USAGE);
    return 2;
  }
  const recordings = await benchVerification(minutes);
  for (const { name, seconds, verdictS, decodeS, verdict, coverage } of recordings)
    console.log(
      `${name}, ${seconds} s of 1280×720: ${verdict} after ${verdictS} s (${coverage.read} s of it looked at); decoding it takes ${decodeS} s (ratio ${rounded(verdictS / decodeS, 2)})`,
    );
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ recordings }, null, 2)}\n`);
  return recordings.every(({ name, verdict }) => (verdict === 'unmarked') === (name === 'unmarked')) ? 0 : 1;
}

function benchVerification(minutes: number): Promise<VerifiedRecording[]> {
  return withFolder(async (folder) => {
    const [clip] = await prepareClips(RECIPES.slice(0, 1), CLIP_SECONDS, join(CACHE, 'bench', 'watermark'));
    if (clip === undefined) throw new RangeError('there is no clip to verify');
    const session = await openHonestSession();
    try {
      const marked = join(folder, 'marked.mkv');
      await wearRecording(session, clip.file, marked);
      return [
        await verifyLong(session, 'marked', marked, minutes, folder),
        await verifyLong(session, 'unmarked', clip.file, minutes, folder),
      ];
    } finally {
      await session.close();
    }
  });
}

/** Plays the clip again and again, without encoding it anew, until it is as long as asked for. */
async function verifyLong(
  session: HonestSession,
  name: VerifiedRecording['name'],
  file: Clip['file'],
  minutes: number,
  folder: string,
): Promise<VerifiedRecording> {
  const [once, long] = [join(folder, `${name}.mp4`), join(folder, `${name}-long.mp4`)];
  const seconds = minutes * 60;
  await ffmpeg(['-i', file, ...ENCODED, once]);
  await ffmpeg(['-stream_loop', String(seconds / CLIP_SECONDS - 1), '-i', once, '-c', 'copy', long]);
  const [decodeS] = await timedS(() => ffmpeg(['-i', long, '-f', 'null', '-']));
  const [verdictS, { verdict, coverage }] = await timedS(() => session.verify(long));
  const { size } = await stat(long);
  return { name, seconds, megabytes: rounded(size / 1e6, 1), verdictS, decodeS, verdict, coverage };
}

async function timedS<T>(work: () => Promise<T>): Promise<[number, T]> {
  const startMs = performance.now();
  const result = await work();
  return [rounded((performance.now() - startMs) / 1000, 1), result];
}
