import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clip } from './clips.js';
import { capabilities, ffmpeg } from './ffmpeg.js';
import { ensureMarked } from './marked.js';
import { withFolder } from './work-folder.js';

/** How near a marked clip is to its original, and what the mark costs an encoder. */
export interface Quality {
  readonly name: string;
  readonly psnrDb: number;
  /** Luma, by ffmpeg's filter. */
  readonly ssim: number;
  /** Null when this ffmpeg has no libvmaf. */
  readonly vmaf: number | null;
  /** Additional bytes per H.264 constant rate factor, as a share of the original's. */
  readonly bitrateOverhead: Readonly<Record<'crf23' | 'crf28' | 'crf33', number>>;
}

export async function measureQuality(
  clip: Clip,
  context: { readonly work: string; readonly version: string },
): Promise<Quality> {
  const marked = await ensureMarked(clip, 0, context);
  return withFolder(async (folder) => {
    const overhead = async (crf: number) => {
      const [plain, carrying] = [
        await encodedBytes(clip.file, crf, join(folder, 'plain.mkv')),
        await encodedBytes(marked.file, crf, join(folder, 'marked.mkv')),
      ];
      return carrying / plain - 1;
    };
    return {
      name: clip.name,
      psnrDb: marked.psnrDb,
      ssim: await compare('ssim', / Y:([\d.]+)/, marked.file, clip.file),
      vmaf: (await capabilities('filters')).has('libvmaf')
        ? await compare('libvmaf', /VMAF score: ([\d.]+)/, marked.file, clip.file)
        : null,
      bitrateOverhead: {
        crf23: await overhead(23),
        crf28: await overhead(28),
        crf33: await overhead(33),
      },
    };
  });
}

async function compare(filter: string, pattern: RegExp, marked: string, original: string): Promise<number> {
  const said = await ffmpeg(
    ['-i', marked, '-i', original, '-lavfi', `[0:v][1:v]${filter}`, '-f', 'null', '-'],
    'info',
  );
  const value = Number(pattern.exec(said)?.[1]);
  if (!Number.isFinite(value)) throw new Error(`ffmpeg's ${filter} filter gave no figure`);
  return value;
}

async function encodedBytes(input: string, crf: number, out: string): Promise<number> {
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(crf)];
  await ffmpeg(['-i', input, '-threads', '1', ...codec, out]);
  return (await stat(out)).size;
}
