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
export {
  judgePortrait,
  PORTRAIT_ROLES,
  portraitShotOf,
  type PortraitRefusal,
  type PortraitRefusalCode,
  type PortraitRole,
  type PortraitShot,
} from './portrait/judge-portrait.js';
