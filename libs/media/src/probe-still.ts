import sharp from 'sharp';
import type { MediaInfo } from './types.js';

/** How still pictures begin. HEIF and AVIF are ISO files of these brands (ISO/IEC 23008-12, AV1 Image File Format). */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]).toString('latin1');
const JPEG = Buffer.from([0xff, 0xd8, 0xff]).toString('latin1');
const STILL_BRANDS: readonly string[] = ['avif', 'avis', 'heic', 'heix', 'heim', 'heis', 'mif1', 'msf1'];

export function startsAsStill(head: Buffer): boolean {
  const text = head.toString('latin1');
  return (
    text.startsWith(PNG) ||
    text.startsWith(JPEG) ||
    (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') ||
    (text.slice(4, 8) === 'ftyp' && STILL_BRANDS.includes(text.slice(8, 12)))
  );
}

/** What the header of a still picture says, no pixel decoded; null when it cannot be read. Of an animation: its first picture. */
export async function probeStill(file: string): Promise<MediaInfo | null> {
  const header = await sharp(file, { limitInputPixels: false, pages: 1 })
    .metadata()
    .catch(() => null);
  if (header === null) return null;
  const size = { width: header.width, height: header.pageHeight ?? header.height };
  return {
    kind: 'image',
    ...size,
    coded: size,
    rotationDeg: 0,
    fps: null,
    variableRate: true,
    durationSeconds: null,
    pictureSeconds: null,
    frames: null,
    bitDepth: header.depth === 'ushort' ? 16 : 8,
    hdr: null,
    matrixTagged: false,
    primariesTagged: false,
    interlaced: false,
    // As ffmpeg names it.
    videoCodec: header.format === 'jpeg' ? 'mjpeg' : header.format,
    otherTracks: 0,
    hasAudio: false,
    audioCodec: null,
  };
}
