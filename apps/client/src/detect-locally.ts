import { rgbToI420, type I420Frame } from '@guise/frame';
import { createDetector, type Detection, type LumaFrame } from 'invisible-watermark-ts';
import { decodeImage, decodeVideo, probe } from '@guise/media';
import { CliError } from './cli-error.js';
import { readPrivateFile } from './home/private-file.js';

export interface LocalDetection {
  readonly marked: boolean;
  /** Needs the authority's records: never known locally. */
  readonly authorised: null;
  readonly confidenceLog10: number | null;
  readonly technique: 'invisible-watermark-ts';
  readonly session: number | null;
}

/**
 * Looks for the mark of one organisation in a picture or clip; stops at the first window that has it.
 * @param key the organisation's marking key, 32 bytes
 */
export async function detectLocally(file: string, key: Uint8Array): Promise<LocalDetection> {
  const info = await probe(file);
  if (info.kind === 'audio-only') throw new CliError('badInput', `${file} has no picture`);
  const found = info.kind === 'image' ? await detectInPicture(file, key) : await detectInClip(file, key);
  return {
    marked: found?.found === true,
    authorised: null,
    confidenceLog10: found?.confidenceLog10 ?? null,
    technique: 'invisible-watermark-ts',
    session: found?.payload?.session ?? null,
  };
}

async function detectInPicture(file: string, key: Uint8Array): Promise<Detection> {
  return createDetector({ key }).detect([lumaOf(rgbToI420(await decodeImage(file)))]);
}

async function detectInClip(file: string, key: Uint8Array): Promise<Detection | null> {
  const stream = createDetector({ key }).stream();
  let last: Detection | null = null;
  for await (const { frame, timestampMs } of await decodeVideo(file)) {
    last = stream.push({ ...lumaOf(frame), timestampMs }) ?? last;
    if (last?.found === true) return last;
  }
  return stream.finish() ?? last;
}

const lumaOf = ({ data, width, height }: I420Frame): LumaFrame => ({
  luma: data.subarray(0, width * height),
  width,
  height,
  stride: width,
});

/** Reads a marking key (64 hexadecimal digits or 43 of base64url). @throws CliError `badInput`, `notPaired` (mode) */
export async function readMarkingKey(file: string): Promise<Uint8Array> {
  const text = (await readPrivateFile(file))?.trim();
  if (text === undefined) throw new CliError('badInput', `${file} does not exist`);
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) return new Uint8Array(Buffer.from(text, 'base64url'));
  throw new CliError(
    'badInput',
    `${file} is not a marking key`,
    'It holds 32 bytes as 64 hexadecimal digits or 43 of base64url.',
  );
}
