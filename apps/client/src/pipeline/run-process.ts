import type { AvatarBundle } from '@guise/avatar';
import {
  decodeVideo,
  encodeVideo,
  probe,
  rateValue,
  type PictureSize,
  type VideoDecoder,
} from '@guise/media';
import type { LabelPosition } from '@guise/protocol';
import {
  processMedia,
  type CameraWishes,
  type MediaConfig,
  type MediaProgress,
  type MediaReport,
} from '@guise/runtime';
import type { ModelRegistry } from '@guise/vision';
import { openNetworks, type Networks } from './networks.js';
import { keepingTo } from './own-models.js';
import { SessionLabel } from './session-label.js';
import { authorityPorts, type SessionRights } from './session-ports.js';
import type { WearMode } from './wear-mode.js';
import { chooseFit, chooseWorkSize } from './work-size.js';
import { openWornPicture } from './worn-picture.js';

export interface ProcessOptions extends SessionRights {
  readonly input: string;
  readonly output: string;
  /** The avatar and the hash of the bytes it was read from. */
  readonly bundle: { readonly bundle: AvatarBundle; readonly sha256: string };
  readonly mode: WearMode;
  /** What is done to the recording's picture before anything else; nothing unless told. */
  readonly camera?: CameraWishes | undefined;
  readonly registry: ModelRegistry;
  /** Path of a manifest of networks of the user's own. */
  readonly ownModels?: string | null;
  /** Corner of the label, one of those that the permit names; null: the first of them. */
  readonly labelPosition?: LabelPosition | null;
  /** Size to work at and to write; null: the recording's own (see `chooseWorkSize`). Another shape is cut or gets bars, see `chooseFit`. */
  readonly size?: PictureSize | null;
  /** Frames of the recording, counted at its own rate; `endFrame` is not included. */
  readonly trim?: { readonly startFrame: number; readonly endFrame: number | null } | null;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (event: MediaProgress) => void;
}

export interface ProcessReport extends MediaReport {
  readonly mode: WearMode;
  readonly size: PictureSize;
  readonly framesPerSecond: number;
  /** Frames to expect, as the container declares; null when it does not. */
  readonly expectedFrames: number | null;
}

/**
 * Wears the avatar in a recording: decode → see → gate → render → label → mark → record → encode. Nothing is decoded
 * before the authority gave a lease, and the output gets its name only when it is whole and its evidence is kept.
 * @throws MediaError, ModelError, AvatarError, RuntimeError
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessReport> {
  const { registry, mode, grant, ownModels = null } = options;
  const networks = openNetworks({ registry, ownModels, permit: grant.permit, mode, inOwnThread: true });
  try {
    return await wear(options, networks);
  } finally {
    await networks.close();
  }
}

async function wear(options: ProcessOptions, networks: Networks): Promise<ProcessReport> {
  const video = await openInput(options);
  const { bundle: avatar, mode, grant } = options;
  const { size, fps, expectedFrames } = video;
  const label = new SessionLabel(grant.permit, options.labelPosition);
  const permitSource = keepingTo(networks.own, label.following(options.permitSource));
  const authority = authorityPorts({ ...options, permitSource });
  // The encoder starts, and the networks load, while the avatar is prepared.
  const writing = openOutput(options, video);
  writing.catch(() => undefined);
  try {
    const picture = await openWornPicture(options, { avatar, mode, size, label: label.draw }, networks);
    const { onProgress } = options;
    const report = await processMedia({
      ...{ source: video, sink: await writing, size, expectedFrames, picture, authority },
      camera: options.camera,
      clock: SYSTEM_CLOCK,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return { ...report, mode, size, framesPerSecond: rateValue(fps), expectedFrames };
  } catch (error) {
    await writing.then((sink) => sink.abort()).catch(() => undefined);
    throw error;
  }
}

const SYSTEM_CLOCK: MediaConfig['clock'] = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

async function openInput({ input, size, trim, signal }: ProcessOptions): Promise<VideoDecoder> {
  const info = await probe(input, { signal });
  const workSize = size ?? chooseWorkSize(info);
  // What is read ahead bridges the moments in which a frame takes longer.
  const common = {
    info,
    fit: chooseFit(info, workSize),
    lends: true,
    readAhead: 3,
    ...(signal === undefined ? {} : { signal }),
  };
  // Sound alone has no size to work at: the decoder says so in its own words.
  const whole = await decodeVideo(
    input,
    info.kind === 'audio-only' ? { info } : { ...common, size: workSize },
  );
  if (trim === undefined || trim === null) return whole;
  const { startFrame, endFrame } = trim;
  return decodeVideo(input, {
    ...common,
    size: whole.size,
    fps: whole.fps,
    startSeconds: startFrame / rateValue(whole.fps),
    ...(endFrame === null ? {} : { maxFrames: endFrame - startFrame }),
  });
}

function openOutput(
  { input, output, trim, signal }: ProcessOptions,
  { info, size, fps, expectedFrames }: VideoDecoder,
) {
  return encodeVideo(output, {
    ...size,
    fps,
    codec: output.toLowerCase().endsWith('.webm') ? 'vp9' : 'h264',
    audioFrom: input,
    audioInfo: info,
    ...(trim === undefined || trim === null ? {} : { audioStartSeconds: trim.startFrame / rateValue(fps) }),
    ...(expectedFrames === null ? {} : { audioDurationSeconds: expectedFrames / rateValue(fps) }),
    ...(signal === undefined ? {} : { signal }),
  });
}
