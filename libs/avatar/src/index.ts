export { AvatarError, type AvatarErrorCode } from './errors.js';
export { BUNDLE_FORMAT, BUNDLE_LIMITS, type AvatarBundle, type AvatarView } from './bundle/format.js';
export { bundleSha256, encodeBundle, parseBundle } from './bundle/codec.js';
export type {
  NotRenderedReason,
  OverlayOptions,
  OverlayRenderer,
  RenderableAvatar,
  RenderReport,
} from './overlay/types.js';
export { createOverlayRenderer } from './overlay/renderer.js';
