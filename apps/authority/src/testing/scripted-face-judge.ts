import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSeededRandom } from '@guise/testing';
import { EMBEDDING_LENGTH } from '@guise/protocol';
import { FaceJudge, JudgeError, type CaptureVerdict, type PictureVerdict } from '../faces/face-judge.js';

/**
 * Sees what the test says: a capture is the text `face:<name>` (or `reject:<code>`), and pictures are announced by
 * `show`. One name always has one embedding; different names are near orthogonal.
 */
export class ScriptedFaceJudge extends FaceJudge {
  private readonly pictures = new Map<string, string | null>();

  /** From now on this picture shows this face; null shows none. */
  show(picture: Uint8Array, face: string | null): void {
    this.pictures.set(digest(picture), face);
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

  override judgePicture(picture: Uint8Array): Promise<PictureVerdict> {
    const face = this.pictures.get(digest(picture));
    if (face === undefined) return Promise.reject(new JudgeError('unreadable', 'It cannot be read.'));
    return Promise.resolve(
      face === null ? { faces: 'none' } : { faces: 'one', embedding: embeddingOf(face) },
    );
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
