export { LivenessError, type LivenessErrorCode } from './errors.js';
export { judgeCapture, type JudgeOptions } from './judge-capture.js';
export { CAPTURE_THRESHOLDS, type CaptureThresholds } from './thresholds.js';
export type {
  AcceptedCapture,
  CaptureFrame,
  CaptureJudgement,
  CaptureMeasures,
  CaptureRefusal,
  CaptureRefusalCode,
  RefusedCapture,
} from './types.js';
