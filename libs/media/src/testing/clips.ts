import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateFfmpeg } from '../tools.js';

/** A folder of generated clips, removed with `remove`. */
export interface ClipFolder {
  readonly path: string;
  file(name: string): string;
  /** Runs ffmpeg with the given words and returns the path of the file it made. */
  make(name: string, args: readonly string[]): string;
  /** A copy cut to a part of its bytes. */
  truncated(source: string, name: string, keep: number): string;
  /** A copy with `bytes` bytes overwritten from the middle on. */
  corrupted(source: string, name: string, bytes: number): string;
  /** A copy of an MP4 whose display matrix turns the picture clockwise by a quarter, as phones write it. */
  turned(source: string, name: string): string;
  remove(): void;
}

export async function createClipFolder(): Promise<ClipFolder> {
  const tools = await locateFfmpeg();
  const path = mkdtempSync(join(tmpdir(), 'guise-media-'));
  const file = (name: string) => join(path, name);
  const copy = (source: string, name: string) => {
    copyFileSync(source, file(name));
    return file(name);
  };
  return {
    path,
    file,
    make(name, args) {
      execFileSync(tools.ffmpeg, ['-v', 'error', '-y', ...args, file(name)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      return file(name);
    },
    truncated(source, name, keep) {
      const target = copy(source, name);
      truncateSync(target, Math.floor(statSync(target).size * keep));
      return target;
    },
    corrupted(source, name, bytes) {
      const target = copy(source, name);
      const noise = Uint8Array.from({ length: bytes }, (_, i) => (i * 197 + (i >> 3) * 31 + 7) & 255);
      const handle = openSync(target, 'r+');
      writeSync(handle, noise, 0, bytes, Math.floor(statSync(target).size / 2));
      closeSync(handle);
      return target;
    },
    turned(source, name) {
      const bytes = readFileSync(source);
      // ISO/IEC 14496-12 §8.3.2: in a version 0 track header the matrix follows 40 bytes after the box type.
      const matrix = bytes.indexOf('tkhd') + 4 + 40;
      [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000].forEach((value, i) =>
        bytes.writeInt32BE(value, matrix + i * 4),
      );
      writeFileSync(file(name), bytes);
      return file(name);
    },
    remove() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** lavfi sources as input words. */
export const pattern = (size: string, seconds: number, rate = 30): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`],
];
export const colour = (rgb: string, size: string, seconds: number): string[] => [
  ...['-f', 'lavfi', '-i', `color=c=${rgb}:size=${size}:rate=30:duration=${seconds},format=gbrp`],
];
export const tone = (seconds: number): string[] => [
  '-f',
  'lavfi',
  '-i',
  `sine=frequency=440:duration=${seconds}`,
];
export const H264: readonly string[] = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
