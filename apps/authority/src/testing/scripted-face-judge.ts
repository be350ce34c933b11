import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PortraitShot } from '@guise/liveness';
import { createSeededRandom } from '@guise/testing';
import { EMBEDDING_LENGTH, type FaceAttribute } from '@guise/protocol';
import {
  FaceJudge,
  JudgeError,
  type CaptureVerdict,
  type MeshPlace,
  type PictureVerdict,
  type PortraitVerdict,
} from '../faces/face-judge.js';
import { overlap } from '../faces/mesh-place.js';

const STRAIGHT_SHOT: PortraitShot = {
  ...{ faceWidthPx: 300, yawDeg: 0, pitchDeg: 0, rollDeg: 0 },
  ...{ lid: 0.7, mouthOpen: 0.02, light: 120 },
};

/**
 * Sees what the test says: a capture is the text `face:<name>` (or `reject:<code>`), and pictures are announced by
 * `show`. One name always has one embedding; different names are near orthogonal.
 */
export class ScriptedFaceJudge extends FaceJudge {
  private readonly pictures = new Map<
    string,
    {
      readonly face: string | null;
      readonly at: MeshPlace | null;
      readonly attributes: readonly FaceAttribute[];
    }
  >();

  /** From now on this picture shows this face; null shows none. Wherever a mesh says, unless `at` tells where it is. */
  show(
    picture: Uint8Array,
    face: string | null,
    at: MeshPlace | null = null,
    attributes: readonly FaceAttribute[] = [],
  ): void {
    this.pictures.set(digest(picture), { face, at, attributes });
  }

  private readonly portraits = new Map<string, PortraitVerdict>();

  /** From now on this is seen in a picture that a person took of themselves. */
  showPortrait(
    picture: Uint8Array,
    face: string,
    shot: Partial<PortraitShot> = {},
    attributes: readonly FaceAttribute[] = [],
  ): void {
    const seen = { ...STRAIGHT_SHOT, ...shot };
    this.portraits.set(digest(picture), {
      faces: 'one',
      embedding: embeddingOf(face),
      attributes,
      shot: seen,
    });
  }

  override judgePortrait(picture: Uint8Array): Promise<PortraitVerdict> {
    return Promise.resolve(this.portraits.get(digest(picture)) ?? { faces: 'none' });
  }

  override async judgeCapture(path: string): Promise<CaptureVerdict> {
    const text = await readFile(path, 'utf8');
    const [what, detail = ''] = text.split(':', 2);
    if (what === 'reject') {
      return { accepted: false, reasons: [{ code: detail, message: 'Record it again.' }] };
    }
    if (what !== 'face') throw new JudgeError('unreadable', 'It is not a video that can be read.');
    return {
      accepted: true,
      embedding: embeddingOf(detail),
      framesSeen: 300,
      facesAgree: 0.98,
      spoofMedian: 0.9,
      measures: { framesSeen: 300 },
    };
  }

  override judgePicture(picture: Uint8Array, mesh: MeshPlace): Promise<PictureVerdict> {
    const shown = this.pictures.get(digest(picture));
    if (shown === undefined) return Promise.reject(new JudgeError('unreadable', 'It cannot be read.'));
    const { face, at, attributes } = shown;
    if (face === null) return Promise.resolve({ faces: 'none' });
    if (at !== null && overlap(at, mesh) < 0.5) return Promise.resolve({ faces: 'elsewhere' });
    return Promise.resolve({ faces: 'one', embedding: embeddingOf(face), attributes });
  }
}

export function embeddingOf(name: string): Float32Array {
  const bytes = createSeededRandom(`face of ${name}`)(EMBEDDING_LENGTH);
  const values = Array.from(bytes, (byte) => byte - 127.5);
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
