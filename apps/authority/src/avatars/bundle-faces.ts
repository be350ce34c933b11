import { Injectable } from '@nestjs/common';
import { admitTurned, AvatarError, turnedSideOf, type AvatarBundle, type AvatarView } from '@guise/avatar';
import { FACE_VERTEX_COUNT } from '@guise/frame';
import type { FaceAttribute } from '@guise/protocol';
import { FaceJudge, JudgeError, type MeshPlace, type PictureVerdict } from '../faces/face-judge.js';
import { SourceFaces } from '../faces/source-faces.js';
import { ProblemError } from '../http/problem-error.js';

type View = NonNullable<AvatarBundle['views']>[number];
type OneFace = Extract<PictureVerdict, { readonly faces: 'one' }>;

/** What the pictures of one bundle show. */
export interface BundleFaces {
  /** Of the picture first, then of each view; empty for artwork in which no face is found. */
  readonly embeddings: readonly Float32Array[];
  /** Every view shows the face of the picture; true where there are none. */
  readonly viewsShowPicture: boolean;
  /** What the picture's face clearly wears. */
  readonly attributes: readonly FaceAttribute[];
}

/**
 * Looks at every picture of a bundle. A view is worn like the picture (its mouth is shown behind the lips), so that one
 * whose face cannot be told is refused, also in artwork.
 */
@Injectable()
export class BundleFaceReader {
  constructor(
    private readonly judge: FaceJudge,
    private readonly sourceFaces: SourceFaces,
  ) {}

  /** @throws ProblemError */
  async read(bundle: AvatarBundle): Promise<BundleFaces> {
    const views = bundle.views ?? [];
    const own = await this.faceOf(bundle, 'picture');
    if (own === null) {
      if (bundle.likeness === 'artwork' && views.length === 0)
        return { embeddings: [], viewsShowPicture: true, attributes: [] };
      throw notOneFace('picture');
    }
    const embeddings = [own.embedding];
    let viewsShowPicture = true;
    for (const view of views) {
      const name = `${view.role} view`;
      requireTurned(view, name);
      const face = await this.faceOf(view, name);
      if (face === null) throw notOneFace(name);
      embeddings.push(face.embedding);
      viewsShowPicture &&= await this.sourceFaces.areOneFace(own.embedding, face.embedding);
    }
    return { embeddings, viewsShowPicture, attributes: own.attributes };
  }

  /** Null where no face is found. */
  private async faceOf({ picture, landmarks }: AvatarView, name: string): Promise<OneFace | null> {
    const verdict = await this.judge
      .judgePicture(picture.bytes, placeOf(landmarks))
      .catch((error: unknown) => {
        if (!(error instanceof JudgeError)) throw error;
        if (error.code === 'busy') throw new ProblemError('not-ready', { detail: error.advice });
        if (error.code === 'failed') throw new ProblemError('internal');
        throw new ProblemError('bundle-invalid', { detail: `The ${name}: ${error.advice}` });
      });
    if (verdict.faces === 'several') throw notOneFace(name);
    if (verdict.faces === 'elsewhere')
      throw new ProblemError('bundle-invalid', { detail: `The mesh of the ${name} is not on its face.` });
    return verdict.faces === 'one' ? verdict : null;
  }
}

/** A view of a turned head must be one, or the overlay refuses the bundle when it is worn. */
export function requireTurned({ role, picture, landmarks }: View, name: string): void {
  const side = turnedSideOf(role);
  if (side === null) return;
  try {
    admitTurned(picture, landmarks, side);
  } catch (error) {
    if (!(error instanceof AvatarError)) throw error;
    throw new ProblemError('bundle-invalid', { detail: `The ${name}: ${error.message}` });
  }
}

/** Extent of a mesh: 468 vertices of (x, y, z), before the irises. */
function placeOf(landmarks: Float32Array): MeshPlace {
  const along = (axis: 0 | 1): number[] =>
    Array.from({ length: FACE_VERTEX_COUNT }, (_, i) => landmarks[i * 3 + axis] ?? 0);
  const [xs, ys] = [along(0), along(1)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function notOneFace(name: string): ProblemError {
  return new ProblemError('bundle-invalid', { detail: `The ${name} must show exactly one face.` });
}
