import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runProcess } from '@guise/client/pipeline';
import { i420ToRgb, scaleI420, type I420Frame, type RgbImage } from '@guise/frame';
import { decodeVideo } from '@guise/media';
import { createVision } from '@guise/vision';
import sharp from 'sharp';
import { issueLocally } from './local-authority.js';
import { buildAvatar, CACHE, enrolWearer, openRegistry } from './material.js';

const ACTORS = join(import.meta.dirname, '..', '..', '..', 'tools', 'synthetic-faces', 'dist', 'main.js');
const SIZE = { width: 1280, height: 720 };
const SHOWN_SIZE = { width: 720, height: 406 };
const SECONDS = 2;
const FPS = 12;
/** Almost straight ahead again after two turns; by then the wearer check has long opened the gate. */
const SHOWN_FRAME = 22;

/**
 * The README's picture: a synthetic actor, and the same instant as Guise hands it to a meeting, side by side. The whole
 * pipeline runs behind a locally issued permit; nobody's likeness is in it but a painting's.
 */
export async function makePicture(file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'guise-picture-'));
  try {
    const input = join(folder, 'actor.y4m');
    const output = join(folder, 'worn.mp4');
    await renderActor(input);
    await wear(input, output);
    const pictures = [await frameOf(input), await frameOf(output)];
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      await withPalette(
        beside(pictures.map((picture) => i420ToRgb(scaleI420(picture, SHOWN_SIZE.width, SHOWN_SIZE.height)))),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By the development tool, as a program: its data is no part of Guise. */
async function renderActor(file: string): Promise<void> {
  const { width, height } = SIZE;
  const options = { out: file, cache: CACHE, seconds: SECONDS, fps: FPS, width, height };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  await promisify(execFile)(process.execPath, [ACTORS, 'sequence', ...args]);
}

async function wear(input: string, output: string): Promise<void> {
  const registry = await openRegistry();
  const vision = await createVision({ registry });
  try {
    const bundle = await buildAvatar(vision);
    const wearer = await enrolWearer(vision, input);
    const grant = await issueLocally(bundle.sha256, wearer.sha256);
    await runProcess({ ...grant, registry, bundle, wearer, input, output, mode: 'portrait', size: SIZE });
  } finally {
    await vision.close();
  }
}

async function frameOf(file: string): Promise<I420Frame> {
  for await (const { frame, index } of await decodeVideo(file)) if (index === SHOWN_FRAME) return frame;
  throw new Error(`${file} has fewer than ${SHOWN_FRAME + 1} frames`);
}

/** PNG of 256 colours, dithered: a quarter of the size for whoever fetches the repository, and nothing lost to the eye. */
async function withPalette({ width, height, data }: RgbImage): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ palette: true, colours: 256, dither: 1, effort: 10, compressionLevel: 9 })
    .toBuffer();
}

/** Pictures of one height, left to right. */
function beside(pictures: readonly RgbImage[]): RgbImage {
  const [first] = pictures;
  if (first === undefined) throw new RangeError('no picture to show');
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0);
  const data = new Uint8Array(width * first.height * 3);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < first.height; y++) {
      const row = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
      data.set(row, (y * width + left) * 3);
    }
    left += picture.width;
  }
  return { width, height: first.height, data };
}
