export { decodeVideo } from './decode.js';
export { encodeVideo } from './encode.js';
export { MediaError, type MediaErrorCode } from './errors.js';
export { decodeImage, encodePng, type ImageLimits } from './image.js';
export { chooseCamera, listCameras, type Camera } from './live/cameras.js';
export { captureFrames, type CaptureOptions, type CaptureSource } from './live/capture.js';
export { parseStreamUrl } from './live/capture-args.js';
export {
  openLoopbackOutput,
  openPipeOutput,
  type LiveOutput,
  type LiveShape,
  type PipeFormat,
} from './live/live-output.js';
export { DEFAULT_LIMITS } from './limits.js';
export { measureDuration } from './measure-duration.js';
export { probe, type ProbeOptions } from './probe.js';
export { rateValue } from './rate.js';
export { recompress, type RecompressOptions } from './recompress.js';
export { sampleVideo, type SampledPicture, type SampledVideo, type SampleOptions } from './sample.js';
export { surveyMedia, type Survey, type SurveyOptions } from './survey.js';
export { locateFfmpeg, type LocateOptions } from './tools.js';
export type {
  DecodedFrame,
  DecodeOptions,
  EncodeOptions,
  FfmpegTools,
  Fit,
  FrameRate,
  HdrTransfer,
  MediaInfo,
  MediaLimits,
  PictureSize,
  VideoCodec,
  VideoDecoder,
  VideoEncoder,
} from './types.js';
