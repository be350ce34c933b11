import { i420Bytes, type Box, type FaceObservation, type I420Frame } from '@guise/frame';
import { RuntimeError } from './errors.js';
import type { SeenPresence } from './gate.js';
import type { LeakGuard } from './leak-guard.js';
import type { AvatarRenderer, RenderOutcome } from './ports.js';
import { NO_FACE_HOLD_MS } from './presence.js';
import type { StageTimes } from './stage-times.js';

/** No picture holds this code value (BT.709 keeps it for timing): a sample that still does was not drawn. */
const BLANK = 0;

export interface AvatarDrawingOptions {
  readonly size: { readonly width: number; readonly height: number };
  readonly renderer: AvatarRenderer;
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
  draw(presence: SeenPresence, camera: I420Frame, timestampMs: number): 'drawn' | 'held' | 'render-failed';
  /** What was drawn before the gate shut must not come back when it opens again. */
  forget(): void;
}

export function createAvatarDrawing(options: AvatarDrawingOptions): AvatarDrawing {
  const { renderer, leaks, times } = options;
  const work = emptyFrame(options.size);
  const picture = emptyFrame(options.size);
  const render = renderInto(work, renderer);
  let face: Box | null = null;
  let drawnAtMs: number | null = null;

  /** Null leaves `picture` as it was. */
  const attempt = (seen: FaceObservation, camera: I420Frame, timestampMs: number): Box | null => {
    try {
      const outcome = times.time('render', () => render(camera, seen, timestampMs));
      if (outcome.status !== 'rendered' || leaks.isRaw(work)) return null;
      if (!times.time('label', () => renderer.label(work))) return null;
      picture.data.set(work.data);
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
    draw(presence, camera, timestampMs) {
      const drawn = presence.kind === 'one-face' ? attempt(presence.face, camera, timestampMs) : null;
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

type Render = (camera: I420Frame, face: FaceObservation, timestampMs: number) => RenderOutcome;

/** What a mode gets to see is decided here: an overlay the camera picture, a portrait a blank sheet. */
function renderInto(work: I420Frame, renderer: AvatarRenderer): Render {
  if (renderer.mode === 'overlay') {
    return (camera, face, timestampMs) => {
      work.data.set(camera.data);
      return renderer.render(work, face, timestampMs);
    };
  }
  return (_camera, face, timestampMs) => {
    work.data.fill(BLANK);
    const outcome = renderer.render(work, face, timestampMs);
    if (outcome.status === 'rendered' && work.data.includes(BLANK))
      throw new RuntimeError('portrait-incomplete', 'The portrait renderer did not draw the whole picture.');
    return outcome;
  };
}

function emptyFrame({ width, height }: AvatarDrawingOptions['size']): I420Frame {
  return { width, height, data: new Uint8Array(i420Bytes(width, height)) };
}
