export { createCameraCare, type CameraCare, type CameraWishes } from './camera/camera-care.js';
export { CLOCK_JUMP_MS } from './authority-time.js';
export { RenewalRefused, RuntimeError, type RuntimeErrorCode } from './errors.js';
export { EPOCH_MS, epochOf, type OutputRecord } from './evidence/epoch.js';
export {
  createEvidenceRecorder,
  SEGMENT_EPOCHS,
  type EvidenceRecorder,
  type EvidenceSummary,
  type RecorderOptions,
} from './evidence/recorder.js';
export { FingerprintPlan } from './evidence/fingerprint-plan.js';
export {
  createGate,
  MAX_LEASE_SECONDS,
  MAX_STATUS_SECONDS,
  type FinalReason,
  type FrameFacts,
  type Gate,
  type GateAnswer,
  type GatePass,
  type SeenPresence,
  type SessionBinding,
  type Standing,
} from './gate.js';
export { createPermitKeeper, type PermitKeeper, type PermitKeeperOptions } from './permit-keeper.js';
export type {
  AvatarRenderer,
  EvidenceCrypto,
  EvidenceReceipt,
  EvidenceSink,
  FaceEnhancer,
  FaceSight,
  FrameMarker,
  FrameSink,
  FrameSource,
  LeaseState,
  OverlayAvatar,
  PermitSource,
  PortraitAvatar,
  RenderOutcome,
  RuntimeClock,
  SessionEnd,
  SlateSource,
  SourceFrame,
  StatusAnswer,
  WearerTemplate,
} from './ports.js';
export { NO_FACE_HOLD_MS, SECOND_FACE_REOPEN_MS, type Presence } from './presence.js';
export { processMedia, type MediaConfig, type MediaProgress, type MediaReport } from './process-media.js';
export type { QualityChange } from './quality/ladder.js';
export { QUALITY_RUNGS, type QualityRung, type QualitySettings } from './quality/rungs.js';
export {
  createRealTimeProcessor,
  type FlowCounts,
  type RealTimeEvent,
  type RealTimeMemory,
  type RealTimeOptions,
  type RealTimeProcessor,
  type RealTimeReport,
  type RenderThread,
} from './real-time/real-time-processor.js';
export type { OutputReason, OutputStats, SharedClock } from './real-time/output-loop.js';
export { ringSink, ringSource } from './real-time/ring-ports.js';
export { openPermission, type SharedPermission } from './real-time/shared-permission.js';
export { CLOSED_REASONS, SLATE_TEXT, type ClosedReason } from './reasons.js';
export {
  createSessionProcessor,
  type Looked,
  type PicturePorts,
  type ProcessedFrame,
  type SessionProcessor,
  type SessionProcessorOptions,
  type SessionStats,
} from './session-processor.js';
export { createStageTimes, type StageTime, type StageTimes } from './stage-times.js';
export { WEARER_MATCH_COSINE, WEARER_OPEN_COSINE, type WearerVerdict } from './wearer-check.js';
