import { dropsPackets } from './capabilities.js';
import { GUARDED_INPUT, GUARDED_LIMITS, inputUrl } from './probe.js';
import type { FfmpegTools, MediaInfo } from './types.js';

/** Codecs whose decoders decode every picture whatever `-skip_frame` says (VP9's own one, dav1d, libaom). */
const DECODED_WHOLE: readonly string[] = ['vp9', 'av1'];

/** A part of a file, in seconds of media time; `to` null: to its end. */
export interface Part {
  readonly from: number;
  readonly to: number | null;
}

/**
 * Whether key pictures are cheaper to come by when the other packets are dropped before the decoder. A turned picture is not:
 * the copy between the two programs does not carry the turn.
 */
export async function wantsKeyPackets(tools: FfmpegTools, info: MediaInfo): Promise<boolean> {
  const whole = info.videoCodec !== null && DECODED_WHOLE.includes(info.videoCodec);
  return whole && info.rotationDeg === 0 && (await dropsPackets(tools));
}

/** Words with which ffmpeg copies the key packets of a part, undecoded and at their own times, into a pipe. */
export function keyPacketArgs(file: string, { from, to }: Part): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-v', 'error', ...GUARDED_INPUT, '-copyts', '-start_at_zero'],
    ...(from > 0 ? ['-ss', from.toFixed(3)] : []),
    ...(to === null ? [] : ['-t', (to - from).toFixed(3)]),
    ...['-i', inputUrl(file), '-map', '0:V:0', '-an', '-sn', '-dn'],
    ...['-c', 'copy', '-bsf:v', "noise=drop='not(key)'"],
    // Matroska carries the colours that a container states, and can be read from a pipe.
    ...['-f', 'matroska', 'pipe:1'],
  ];
}

/** Words that open that pipe: nothing else can be reached, and the times stay those of the file. */
export const KEY_PACKETS_INPUT: readonly string[] = [
  ...GUARDED_LIMITS,
  ...['-protocol_whitelist', 'pipe', '-f', 'matroska', '-copyts', '-i', 'pipe:0'],
];
