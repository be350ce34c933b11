export { openAvatarRenderer, type AvatarWish } from './avatar-renderer.js';
export { runProcess, type ProcessOptions, type ProcessReport } from './run-process.js';
export { authorityPorts, picturePorts, type SessionRights } from './session-ports.js';
export { SessionLabel } from './session-label.js';
export { createEvidenceCrypto, createMarker, type MarkingKeys } from './session-marks.js';
export { chooseWorkSize } from './work-size.js';
export { WEAR_MODES, type WearMode } from './wear-mode.js';
