import { i420Bytes, type Box, type I420Frame } from '@guise/frame';
import type { SeenPresence } from './gate.js';
import type { LeakGuard } from './leak-guard.js';
import type { AvatarRenderer, FaceEnhancer } from './ports.js';
import { NO_FACE_HOLD_MS } from './presence.js';
import type { QualitySettings } from './quality/rungs.js';
import { createDrawingSheet } from './drawing-sheet.js';
import type { StageTimes } from './stage-times.js';

export interface AvatarDrawingOptions {
  readonly size: { readonly width: number; readonly height: number };
  readonly renderer: AvatarRenderer;
  readonly enhancer?: FaceEnhancer | undefined;
  readonly leaks: Pick<LeakGuard, 'isRaw'>;
  readonly times: StageTimes;
  readonly onFault: (error: unknown) => void;
}

/** The avatar's picture of a frame, rendered and labelled; it stands for a moment when the next one cannot be drawn. */
export interface AvatarDrawing {
  /** What was drawn last. Not marked; read only. */
  readonly picture: I420Frame;
  /** Where the avatar's face is in it. */
  readonly face: Box | null;
  draw(
    presence: SeenPresence,
    camera: I420Frame,
    timestampMs: number,
    quality: QualitySettings,
  ): Promise<'drawn' | 'held' | 'render-failed'>;
  /** What was drawn before the gate shut must not come back when it opens again. */
  forget(): void;
}

export function createAvatarDrawing(options: AvatarDrawingOptions): AvatarDrawing {
  const { renderer, enhancer, leaks, times } = options;
  const sheet = createDrawingSheet(options.size, renderer);
  const picture = {
    ...options.size,
    data: new Uint8Array(i420Bytes(options.size.width, options.size.height)),
  };
  let face: Box | null = null;
  let drawnAtMs: number | null = null;

  /** Null leaves `picture` as it was. */
  const attempt = async (
    { face: seen }: Extract<SeenPresence, { kind: 'one-face' }>,
    camera: I420Frame,
    timestampMs: number,
    { enhances, followsLight, drawsHalfSize }: QualitySettings,
  ): Promise<Box | null> => {
    try {
      renderer.followLight?.(followsLight);
      const outcome = await times.timeAsync('render', () =>
        sheet.render(camera, seen, timestampMs, drawsHalfSize),
      );
      if (outcome.status !== 'rendered' || leaks.isRaw(sheet.work)) return null;
      if (enhancer !== undefined && enhances) {
        await times.timeAsync('enhance', () => enhancer.enhance(sheet.work, outcome.face));
        if (leaks.isRaw(sheet.work)) return null;
      }
      if (!times.time('label', () => renderer.label(sheet.work))) return null;
      picture.data.set(sheet.work.data);
      return outcome.face;
    } catch (error) {
      options.onFault(error);
      return null;
    }
  };

  return {
    picture,
    get face() {
      return face;
    },
    async draw(presence, camera, timestampMs, quality) {
      const drawn =
        presence.kind === 'one-face' ? await attempt(presence, camera, timestampMs, quality) : null;
      if (drawn !== null) {
        face = drawn;
        drawnAtMs = timestampMs;
        return 'drawn';
      }
      const stands = drawnAtMs !== null && timestampMs - drawnAtMs < NO_FACE_HOLD_MS;
      return stands ? 'held' : 'render-failed';
    },
    forget() {
      drawnAtMs = null;
      renderer.reset();
    },
  };
}
