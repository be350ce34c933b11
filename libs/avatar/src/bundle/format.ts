import { LANDMARK_COUNT } from '@guise/frame';
import type { AvatarKind, Likeness } from '@guise/protocol';

export const BUNDLE_FORMAT = 'guise-avatar/1';

/** Bounds of a bundle, checked before anything is decoded. */
export const BUNDLE_LIMITS = {
  bundleBytes: 32 * 1024 * 1024,
  pictureSide: 4096,
  views: 4,
  nameCharacters: 120,
  textCharacters: 2000,
  maskSide: 1024,
} as const;

/** Bytes of a landmark set: 478 × (x, y, z), 32-bit floats, little-endian. */
export const LANDMARK_BYTES = LANDMARK_COUNT * 3 * 4;

/** A network made the picture larger: what it shows beyond the original is made up. */
export interface Enhancement {
  /** SHA-256 of the network's file, lower-case hexadecimal. */
  readonly model: string;
  /** Sides of the network's result over those of the original. The picture may have been reduced to its bounds afterwards. */
  readonly factor: 2;
}

/** One picture of the avatar's face with its mesh. Decoding the picture file is the caller's matter. */
export interface AvatarView {
  readonly picture: {
    readonly mediaType: 'image/png' | 'image/jpeg';
    readonly width: number;
    readonly height: number;
    readonly bytes: Uint8Array;
  };
  /** 478 × (x, y, z) in pixels of the picture, as in {@link FaceObservation}. */
  readonly landmarks: Float32Array;
  /** Present when the picture is not as its source gave it. */
  readonly enhancement?: Enhancement;
}

/**
 * Longest side of a mask that a network made: its edges are sought in the picture. A larger one was drawn along with the
 * picture, and is taken as it is.
 */
export const ROUGH_MASK_SIDE = 512;

/** Share of the person, 0 background … 255 person, row by row; covers the whole picture at a size of its own. */
export interface PersonMask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Content of a `.guise` file: one immutable avatar version, named by the SHA-256 of the file. */
export interface AvatarBundle extends AvatarView {
  readonly name: string;
  readonly kind: AvatarKind;
  readonly likeness: Likeness;
  /** Where the picture comes from, in words a reviewer can check. */
  readonly provenance: string;
  readonly licence: string;
  /** Unix seconds. */
  readonly createdAt: number;
  /** Where the picture shows the person, told from the background when the avatar was made. */
  readonly personMask?: PersonMask;
  /** More pictures of the same face: a mouth that is open, the head turned. Renderers may ignore them. */
  readonly views?: readonly (AvatarView & { readonly role: 'mouth-open' | 'turned-left' | 'turned-right' })[];
}
