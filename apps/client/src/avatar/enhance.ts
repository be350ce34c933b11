import { GOOD_FACE_PX, type Enhancement } from '@guise/avatar';
import { FACE_VERTEX_COUNT, i420ToRgb, rgbToI420, scaleI420, type I420Frame } from '@guise/frame';
import { cosineSimilarity, type PictureEnlarger, type Vision } from '@guise/vision';
import { CliError } from '../cli-error.js';
import { MAX_PORTRAIT_SIDE, type Portrait } from './cut-out.js';

/** Narrower faces make no avatar, and less would be photographed of a larger one than made up. As libs/avatar `admit-face.ts`. */
const LEAST_FACE_PX = 64;
/**
 * Identity cosine of the face before and after, by the network that compares faces for the authority. 84 enlargements kept 0.998 or
 * more (3.7°); this is three times that angle, and less than what JPEG of quality 40 does to a face of 64 pixels. See docs/adr/0018.
 */
export const KEPT_IDENTITY_COSINE = 0.98;
const FACTOR = 2;

/** The enlarging network and the name it goes into the bundle by. */
export interface Enhancer {
  readonly enlarger: Pick<PictureEnlarger, 'enlarge'>;
  readonly model: Enhancement['model'];
}

/** Whether a face is narrower than a portrait shows it. */
export const isSmall = (facePx: number): boolean => facePx < GOOD_FACE_PX;

/** Width of the mesh, pixels. */
export function faceWidthPx(landmarks: Float32Array): number {
  let [left, right] = [Infinity, -Infinity];
  for (let vertex = 0; vertex < FACE_VERTEX_COUNT; vertex++) {
    const x = landmarks[vertex * 3] ?? 0;
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  return right - left;
}

/**
 * A portrait of twice the size, its fine detail made up by the network, and its face still the same person's.
 * A face that is wide enough comes back as it is.
 * @param onTile how many pieces of the present enlargement are done, of how many
 * @throws CliError `badInput` for a face below 64 pixels, or one that the network changes too much
 */
export async function enhancePortrait(
  vision: Pick<Vision, 'detectFaces' | 'embed'>,
  { enlarger, model }: Enhancer,
  portrait: Portrait,
  onTile: (done: number, of: number) => void,
): Promise<Portrait> {
  const facePx = faceWidthPx(portrait.landmarks);
  if (!isSmall(facePx)) return portrait;
  if (facePx < LEAST_FACE_PX)
    throw new CliError(
      'badInput',
      `the face is ${facePx.toFixed(0)} pixels wide: too small to be enhanced`,
      `Use a picture whose face is at least ${String(LEAST_FACE_PX)} pixels wide.`,
    );
  const picture = await enlarger.enlarge(i420ToRgb(portrait.frame), onTile);
  const enhanced = withinBounds({
    frame: rgbToI420(picture),
    landmarks: portrait.landmarks.map((value) => FACTOR * value),
    enhancement: { model, factor: FACTOR },
  });
  requireSameFace(await identityKept(vision, portrait.frame, enhanced.frame));
  return enhanced;
}

function withinBounds(portrait: Portrait): Portrait {
  const { width, height } = portrait.frame;
  const scale = MAX_PORTRAIT_SIDE / Math.max(width, height);
  if (scale >= 1) return portrait;
  const even = (side: number): number => Math.floor((side * scale) / 2) * 2;
  const frame = scaleI420(portrait.frame, even(width), even(height));
  const landmarks = portrait.landmarks.map(
    (value, i) => value * (i % 3 === 1 ? frame.height / height : frame.width / width),
  );
  return { ...portrait, frame, landmarks };
}

/** Cosine of the identities, each picture's face found anew. Null where one of them shows no face any more. */
export async function identityKept(
  vision: Pick<Vision, 'detectFaces' | 'embed'>,
  before: I420Frame,
  after: I420Frame,
): Promise<number | null> {
  const [own, other] = await Promise.all(
    [before, after].map(async (frame) => {
      const [face] = await vision.detectFaces(frame);
      return face === undefined ? null : vision.embed(frame, face);
    }),
  );
  return own && other ? cosineSimilarity(own, other) : null;
}

function requireSameFace(cosine: number | null): void {
  if (cosine !== null && cosine >= KEPT_IDENTITY_COSINE) return;
  const found = cosine === null ? 'no face is found in it any more' : `cosine ${cosine.toFixed(3)}`;
  throw new CliError(
    'badInput',
    `enhancing changed the face (${found}; at least ${String(KEPT_IDENTITY_COSINE)} is kept)`,
    'Build the avatar without --enhance, or use a larger or less compressed picture.',
  );
}
