export { openAvatarRenderer } from './avatar-renderer.js';
export { runProcess, type ProcessOptions, type ProcessReport } from './run-process.js';
export { createEvidenceCrypto, createMarker, type MarkingKeys } from './session-marks.js';
export { chooseWorkSize } from './work-size.js';
