import { i420Bytes, type FaceObservation, type I420Frame } from '@guise/frame';
import { RuntimeError } from './errors.js';
import type { AvatarRenderer, RenderOutcome } from './ports.js';
import { canBeHalved, doubleInto, halfOf, halveFace, halveInto } from './quality/half-size.js';

/** No picture holds this code value (BT.709 keeps it for timing): a sample that still does was not drawn. */
const BLANK = 0;

/** What a renderer draws on. */
export interface DrawingSheet {
  /** The picture drawn last, in the session's size. */
  readonly work: I420Frame;
  /** @param halfSize draws at half the width and height and enlarges, when the renderer and the size allow it */
  render(
    camera: I420Frame,
    face: FaceObservation,
    timestampMs: number,
    halfSize: boolean,
  ): Promise<RenderOutcome>;
}

/** A session of this size and renderer can be drawn at half size. */
export function drawsHalfSize(
  size: { readonly width: number; readonly height: number },
  renderer: AvatarRenderer,
): boolean {
  return renderer.rendersHalfSize === true && canBeHalved(size);
}

export function createDrawingSheet(
  size: { readonly width: number; readonly height: number },
  renderer: AvatarRenderer,
): DrawingSheet {
  const work = { ...size, data: new Uint8Array(i420Bytes(size.width, size.height)) };
  const small = drawsHalfSize(size, renderer) ? halfOf(work) : null;

  /** What a mode gets to see is decided here: an overlay the camera picture, a portrait a blank sheet. */
  const renderOn = async (
    sheet: I420Frame,
    showCamera: () => void,
    face: FaceObservation,
    timestampMs: number,
  ): Promise<RenderOutcome> => {
    if (renderer.mode === 'overlay') {
      showCamera();
      return renderer.render(sheet, face, timestampMs);
    }
    sheet.data.fill(BLANK);
    const outcome = await renderer.render(sheet, face, timestampMs);
    if (outcome.status === 'rendered' && sheet.data.includes(BLANK))
      throw new RuntimeError('portrait-incomplete', 'The portrait renderer did not draw the whole picture.');
    return outcome;
  };

  return {
    work,
    async render(camera, face, timestampMs, halfSize) {
      if (!halfSize || small === null) {
        return renderOn(
          work,
          () => {
            work.data.set(camera.data);
          },
          face,
          timestampMs,
        );
      }
      // A portrait shows nothing of the camera's picture: where the wearer's face is in it stays as it was seen.
      const seen = renderer.mode === 'overlay' ? halveFace(face) : face;
      const outcome = await renderOn(
        small,
        () => {
          halveInto(camera, small);
        },
        seen,
        timestampMs,
      );
      if (outcome.status !== 'rendered') return outcome;
      doubleInto(small, work);
      const { x, y, width, height } = outcome.face;
      return { status: 'rendered', face: { x: 2 * x, y: 2 * y, width: 2 * width, height: 2 * height } };
    },
  };
}
