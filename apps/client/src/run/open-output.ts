import { access, constants, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import {
  encodeVideo,
  openLoopbackOutput,
  openPipeOutput,
  rateValue,
  type FrameRate,
  type PictureSize,
} from '@guise/media';
import type { FrameSink } from '@guise/runtime';
import { CliError } from '../cli-error.js';
import type { OutputWish } from './plan.js';
import { steadyRate } from './steady-rate.js';

/**
 * Opens what the pictures go to. A file gets its name when the session is over and its evidence is kept.
 * @throws MediaError
 */
export async function openOutput(
  wish: OutputWish,
  shape: PictureSize & { readonly fps: FrameRate },
  stdout: Writable,
): Promise<FrameSink> {
  const { width, height, fps } = shape;
  const rate = rateValue(fps);
  switch (wish.kind) {
    case 'file': {
      const codec = wish.path.toLowerCase().endsWith('.webm') ? 'vp9' : 'h264';
      const recording = steadyRate(await encodeVideo(wish.path, { width, height, fps, codec }), rate);
      return { ...recording, beginsWithSession: true };
    }
    case 'pipe':
      return steadyRate(openPipeOutput(wish.path ?? stdout, wish.format, shape), rate);
    case 'loopback':
      // Whoever reads a camera takes pictures as they come.
      return openLoopbackOutput(wish.device, shape);
  }
}

/** Before anybody is asked for a permit. @throws CliError `outputFailed` */
export async function requireOutput(wish: OutputWish): Promise<void> {
  if (wish.kind !== 'loopback') return;
  const { device } = wish;
  const isDevice = await stat(device).then(
    (info) => info.isCharacterDevice(),
    () => false,
  );
  if (!isDevice)
    throw new CliError(
      'outputFailed',
      `there is no device ${device}`,
      'Make a virtual camera: sudo modprobe v4l2loopback video_nr=9 exclusive_caps=1',
    );
  await access(device, constants.W_OK).catch((cause: unknown) => {
    const advice = 'Join the group “video”, and sign in again.';
    throw new CliError('outputFailed', `${device} may not be written`, advice, [], { cause });
  });
}
