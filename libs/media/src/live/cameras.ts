import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runTool } from '../child.js';
import { MediaError } from '../errors.js';
import { defaultTools } from '../tools.js';
import type { FfmpegTools } from '../types.js';

/** A camera of this machine. */
export interface Camera {
  /** What ffmpeg is given to open it: `/dev/video0`, an avfoundation index, or a DirectShow name. */
  readonly device: string;
  /** As its driver calls it. */
  readonly name: string;
}

const LIST_TIMEOUT_MS = 10_000;
const SYSFS = '/sys/class/video4linux';

/**
 * The cameras that the system knows of; asking does not switch one on.
 * @throws MediaError `ffmpeg-missing`
 */
export async function listCameras(
  options: {
    readonly platform?: NodeJS.Platform;
    readonly tools?: FfmpegTools;
    readonly sysfs?: string;
  } = {},
): Promise<readonly Camera[]> {
  const platform = options.platform ?? process.platform;
  if (platform === 'linux') return listVideo4Linux(options.sysfs ?? SYSFS);
  const tools = options.tools ?? (await defaultTools());
  const words =
    platform === 'darwin'
      ? ['-f', 'avfoundation', '-list_devices', 'true', '-i', '']
      : ['-f', 'dshow', '-list_devices', 'true', '-i', 'dummy'];
  // ffmpeg lists on its error stream, and ends with an error: there is nothing to open.
  const { stderr } = await runTool(tools.ffmpeg, ['-hide_banner', '-nostdin', ...words], {
    timeoutMs: LIST_TIMEOUT_MS,
  });
  return platform === 'darwin' ? parseAvfoundation(stderr) : parseDirectShow(stderr);
}

/** A driver announces several nodes for one camera: the first one (index 0) gives pictures. */
async function listVideo4Linux(sysfs: string): Promise<readonly Camera[]> {
  const nodes = await readdir(sysfs).catch((): string[] => []);
  const read = (node: string, file: string): Promise<string> =>
    readFile(join(sysfs, node, file), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const found = await Promise.all(
    nodes
      .filter((node) => /^video\d{1,3}$/.test(node))
      .map(async (node) => ({ node, name: await read(node, 'name'), index: await read(node, 'index') })),
  );
  return found
    .filter(({ index }) => index === '0')
    .sort((a, b) => a.node.localeCompare(b.node, 'en', { numeric: true }))
    .map(({ node, name }) => ({ device: `/dev/${node}`, name: name === '' ? node : name }));
}

/** `[AVFoundation indev @ 0x…] [0] FaceTime HD Camera`, until the audio devices begin. */
export function parseAvfoundation(text: string): readonly Camera[] {
  const [video = ''] = text.split(/AVFoundation audio devices/i);
  return [...video.matchAll(/\] \[(\d{1,3})\] (.+)$/gm)].map(([, device = '', name = '']) => ({
    device,
    name: name.trim(),
  }));
}

/** `[dshow @ …] "Integrated Camera" (video)`; older ffmpegs have a heading in place of the word at the end. */
export function parseDirectShow(text: string): readonly Camera[] {
  const [video = ''] = text.split(/DirectShow audio devices/i);
  return [...video.matchAll(/\] +"([^"@][^"]*)"(?: \((\w+)\))?/g)]
    .filter(([, , kind]) => kind === undefined || kind === 'video')
    .map(([, name = '']) => ({ device: name, name }));
}

/**
 * The camera that a user means: by its device, its place in the list, or part of its name; null: the first.
 * @throws MediaError `camera-missing` listing those that there are
 */
export function chooseCamera(cameras: readonly Camera[], wanted: string | null): Camera {
  const listed =
    cameras.length === 0
      ? 'This machine has no camera that the system knows of.'
      : `There are: ${cameras.map(({ device, name }, i) => `${String(i)} ${name} (${device})`).join('; ')}.`;
  const [first] = cameras;
  if (wanted === null && first !== undefined) return first;
  if (wanted === null) throw new MediaError('camera-missing', listed);
  const found =
    cameras.find(({ device, name }) => device === wanted || basename(device) === wanted || name === wanted) ??
    (/^\d{1,3}$/.test(wanted) ? cameras[Number(wanted)] : onlyOne(cameras, wanted));
  if (found !== undefined) return found;
  throw new MediaError('camera-missing', `There is no one camera “${wanted}”. ${listed}`);
}

function onlyOne(cameras: readonly Camera[], part: string): Camera | undefined {
  const like = cameras.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
  return like.length === 1 ? like[0] : undefined;
}
