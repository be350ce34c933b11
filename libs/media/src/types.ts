import type { I420Frame } from '@guise/frame';

/** Where the two programs are, and what the probe of `ffmpeg -version` said. */
export interface FfmpegTools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  readonly version: string;
}

/** Pictures per second as an exact fraction: 30000/1001 stays what it is. */
export interface FrameRate {
  readonly num: number;
  readonly den: number;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** HDR transfer of a stream: `pq` (SMPTE ST 2084) or `hlg` (ARIB STD-B67). */
export type HdrTransfer = 'pq' | 'hlg';

/** What a file holds, sizes as a viewer sees them: rotation and pixel aspect are already applied. */
export interface MediaInfo {
  readonly kind: 'video' | 'image' | 'audio-only';
  /** Display size; 0×0 for audio only. */
  readonly width: number;
  readonly height: number;
  /** Size as coded, before rotation and pixel aspect. */
  readonly coded: PictureSize;
  /** Clockwise, one of 0, 90, 180, 270. */
  readonly rotationDeg: number;
  /** Average rate; null when the container does not tell (a still picture, a live recording). */
  readonly fps: FrameRate | null;
  /** The container's average and base rates differ: the pictures are not evenly spaced. */
  readonly variableRate: boolean;
  /** Seconds; null when the container does not tell. */
  readonly durationSeconds: number | null;
  /** Seconds of the picture track by its own declaration; null when only the container declares a length, or nothing. */
  readonly pictureSeconds: number | null;
  /** Pictures in the stream as the container declares them; null when it does not. */
  readonly frames: number | null;
  readonly bitDepth: number;
  readonly hdr: HdrTransfer | null;
  /** The stream states its colour matrix; otherwise BT.709 is assumed from 720 lines up, BT.601 below. */
  readonly matrixTagged: boolean;
  /** The stream states its colour primaries. */
  readonly primariesTagged: boolean;
  /** Each picture is two fields, one line apart and a moment apart. */
  readonly interlaced: boolean;
  readonly videoCodec: string | null;
  /** Subtitles, and picture tracks beside the one that is read: a player may show them instead, or over it. */
  readonly otherTracks: number;
  readonly hasAudio: boolean;
  readonly audioCodec: string | null;
}

/** Bounds checked before anything is decoded. */
export interface MediaLimits {
  readonly maxBytes: number;
  readonly maxWidth: number;
  readonly maxHeight: number;
  readonly minWidth: number;
  readonly minHeight: number;
  readonly maxDurationSeconds: number;
}

/** One decoded picture. `timestampMs` is media time from the start of the decoded range, evenly spaced. */
export interface DecodedFrame {
  readonly frame: I420Frame;
  readonly index: number;
  readonly timestampMs: number;
}

/** How the picture is brought to the wanted size: bars, cut, or stretched. */
export type Fit = 'contain' | 'cover' | 'fill';

export interface DecodeOptions {
  /** What `probe` said of this very file within these limits: then it is not asked again. */
  readonly info?: MediaInfo;
  /** Even sides. Default: the display size, sides rounded down to even, scaled to fit `maxSize`. */
  readonly size?: PictureSize;
  /** Bound for the default size, 1920×1080 unless stated. */
  readonly maxSize?: PictureSize;
  /** How to reach `size`; `contain` unless stated. */
  readonly fit?: Fit;
  /** Constant output rate. Default: the file's average rate, at most 60; 30 where the file does not tell. */
  readonly fps?: FrameRate;
  readonly startSeconds?: number;
  readonly durationSeconds?: number;
  readonly maxFrames?: number;
  /** `refuse` (default): damaged data is an error. `conceal`: the decoder hides what it can. */
  readonly damage?: 'refuse' | 'conceal';
  /** Pictures decoded ahead of the consumer; 2 unless stated. */
  readonly readAhead?: number;
  /** Frames are lent: each is read only until the next one is asked for, and its memory is used again. */
  readonly lends?: boolean;
  /** Longest wait for the decoder's next bytes; 30 s unless stated. */
  readonly stallMs?: number;
  readonly limits?: Partial<MediaLimits>;
  readonly tools?: FfmpegTools;
  readonly signal?: AbortSignal;
}

/** Frames of one file plus what was decided about it. Iterate once. */
export interface VideoDecoder extends AsyncIterable<DecodedFrame> {
  readonly info: MediaInfo;
  readonly size: PictureSize;
  readonly fps: FrameRate;
  /** Frames to expect; null when the container does not tell. */
  readonly expectedFrames: number | null;
}

export type VideoCodec = 'h264' | 'vp9';

export interface EncodeOptions {
  readonly width: number;
  readonly height: number;
  readonly fps: FrameRate;
  /** `h264` (MP4) unless stated; `vp9` writes WebM. */
  readonly codec?: VideoCodec;
  /** Constant quality; 20 for H.264 and 32 for VP9 unless stated. Ignored when `kbps` is given. */
  readonly crf?: number;
  readonly kbps?: number;
  /** File whose first audio track is carried over: copied when the container can hold it, else re-encoded. */
  readonly audioFrom?: string;
  /** What `probe` said of that file: then it is not asked again. */
  readonly audioInfo?: MediaInfo;
  /** Part of that audio that belongs to the pictures. */
  readonly audioStartSeconds?: number;
  readonly audioDurationSeconds?: number;
  readonly stallMs?: number;
  readonly tools?: FfmpegTools;
  readonly signal?: AbortSignal;
}

/** Writes one video file. Nothing bears the final name until `finish` has resolved. */
export interface VideoEncoder {
  /** Copies the picture before it resolves: the caller may reuse its buffer at once. Waits while the encoder is behind. */
  write(frame: I420Frame): Promise<void>;
  /** Completes the file, syncs it to disk and gives it its final name. */
  finish(): Promise<{ readonly frames: number; readonly bytes: number }>;
  /** Stops and removes what was written. Safe to call at any time, also after an error. */
  abort(): Promise<void>;
}
