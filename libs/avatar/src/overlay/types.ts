import type { Box, FaceObservation, I420Frame, RgbImage } from '@guise/frame';
import type { TurnedSide } from '../mesh/admit-turned.js';
import type { OcclusionFinder } from './occlusion/occluder.js';

/** A face in a decoded picture. */
export interface FaceView {
  readonly picture: RgbImage;
  /** 478 × (x, y, z) in pixels of the picture. */
  readonly landmarks: Float32Array;
}

/** Turned views of the same face, named by the side of its own to which the head is turned. */
export type TurnedViews = Readonly<Partial<Record<TurnedSide, FaceView>>>;

/** An avatar with its picture decoded. */
export interface RenderableAvatar extends FaceView {
  readonly turned?: TurnedViews;
}

export interface OverlayOptions {
  /** Finds hands and other objects before the face; the built-in one unless told. */
  readonly occlusion?: OcclusionFinder;
  /** 0: the wearer's proportions … 1: the avatar's, inside an outline that stays the wearer's. Default 1. */
  readonly shapeBlend?: number;
  /** Side of the baked face texture in texels, a power of two from 128 to 1024. Default: fits the picture. */
  readonly textureSide?: number;
}

export type NotRenderedReason =
  /** The mesh has non-finite, folded or absurd coordinates. */
  | 'landmarks-invalid'
  /** The face is under 32 pixels wide: too small to carry the avatar. */
  | 'face-too-small'
  /** Wider than the renderer's limit of 4,096 pixels. */
  | 'face-too-large'
  /** Part of the face lies outside the picture: half a face would be shown. */
  | 'face-cut-off'
  /** Turned away further than the overlay can cover. */
  | 'face-turned-away'
  /** So much is before the face that the avatar would hardly be seen. */
  | 'face-hidden';

export type RenderReport =
  | {
      readonly status: 'rendered';
      /** The only pixels that may differ from the input. */
      readonly region: Box;
      /** Mean luma gain that fitted the avatar to the scene; far from 1 means a poor colour match. */
      readonly lumaGain: number;
    }
  | { readonly status: 'not-rendered'; readonly reason: NotRenderedReason };

export interface OverlayRenderer {
  /**
   * Replaces the face in place, inside the reported region only. When it answers `not-rendered` the frame is
   * untouched and still holds the camera picture: the caller must show the slate.
   */
  render(frame: I420Frame, face: FaceObservation): RenderReport;
  /** Whether the scene's light is read anew for every frame, as it is at first, or stays as it was last found. */
  followLight(follows: boolean): void;
  /** Forgets light, shape and track: call it when the face was lost or another clip begins. */
  reset(): void;
}
