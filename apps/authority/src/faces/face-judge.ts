import type { PortraitShot } from '@guise/liveness';
import type { FaceAttribute } from '@guise/protocol';

/** What a capture showed: a live-looking person and their embedding, or why not. */
export type CaptureVerdict =
  | {
      readonly accepted: true;
      /** 192 elements, unit length. Lives in memory only. */
      readonly embedding: Float32Array;
      readonly framesSeen: number;
      /** Median cosine of the identity samples to their medoid. */
      readonly facesAgree: number;
      readonly spoofMedian: number;
      /** The numbers behind the judgement, for the evidence digest; nothing biometric. */
      readonly measures: Readonly<Record<string, number>>;
    }
  | {
      readonly accepted: false;
      readonly reasons: readonly { readonly code: string; readonly message: string }[];
    };

/** What an avatar's picture showed. `elsewhere`: a face, but not where the mesh says that the avatar's is. */
export type PictureVerdict =
  | {
      readonly faces: 'one';
      readonly embedding: Float32Array;
      /** What the face clearly wears. */
      readonly attributes: readonly FaceAttribute[];
    }
  | { readonly faces: 'none' | 'several' | 'elsewhere' };

/** What a picture shows that a person took of themselves, before anything is made of it. */
export type PortraitVerdict =
  | {
      readonly faces: 'one';
      readonly embedding: Float32Array;
      readonly attributes: readonly FaceAttribute[];
      readonly shot: PortraitShot;
    }
  | { readonly faces: 'none' | 'several' };

/** An avatar's mesh covers this rectangle, pixels of the picture: what is worn is cut from there. */
export interface MeshPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Why material could not be judged at all. */
export type JudgeErrorCode = 'unreadable' | 'too-slow' | 'busy' | 'failed';

export class JudgeError extends Error {
  override readonly name = 'JudgeError';
  constructor(
    readonly code: JudgeErrorCode,
    /** For the person, free of paths and internals. */
    readonly advice: string,
  ) {
    super(code);
  }
}

/** Turns uploaded pixels into what the authority decides on. Keeps nothing. */
export abstract class FaceJudge {
  /** @throws JudgeError */
  abstract judgeCapture(path: string): Promise<CaptureVerdict>;
  /**
   * Embeds the face of a still picture (PNG or JPEG).
   * @param mesh where the avatar's mesh lies: the face is looked for there as well, at the picture's full size, and must be there
   * @throws JudgeError
   */
  abstract judgePicture(picture: Uint8Array, mesh: MeshPlace): Promise<PictureVerdict>;
  /**
   * Measures the face of a still picture (PNG or JPEG).
   * @throws JudgeError
   */
  abstract judgePortrait(picture: Uint8Array): Promise<PortraitVerdict>;
}
