import type { FaceObservation, I420Frame } from '@guise/frame';
import type { InferenceSession } from 'onnxruntime-node';

import type { Landmarker } from './mesh/landmarker.js';

/** The networks this library runs, by the role they have in `models/manifest.json`. */
export type VisionRole =
  | 'face-detection-short'
  | 'face-detection-full'
  | 'face-mesh-attention'
  | 'face-embedding'
  | 'face-liveness'
  | 'person-segmentation'
  | 'picture-enlargement';

/** Networks that a user brings along, by the role they have in that user's manifest. */
export const NEURAL_ROLES = ['swapper', 'swapper-identity', 'enhancer', 'landmarker'] as const;
export type NeuralRole = (typeof NEURAL_ROLES)[number];

/** Where sessions come from: the model registry, which verifies every file before it is loaded. */
export interface NeuralSource<Role extends string = NeuralRole> {
  session(role: Role): Promise<InferenceSession>;
}
export type ModelSource = NeuralSource<VisionRole>;

export interface VisionOptions {
  /** `openModelRegistry(…)`, or anything that opens the same networks. */
  readonly registry: ModelSource;
  /** In the place of the built-in mesh network: see `openLandmarker`. It is closed with the vision. */
  readonly landmarker?: Landmarker;
  /** The identity network is opened at once, too: the first frame of a session asks for it. */
  readonly opensEmbedder?: boolean;
}

export interface TrackerOptions {
  /** Faces followed at once; further ones are ignored. Default 4. */
  readonly maxFaces?: number;
  /** Frames between two looks for newcomers while a face is tracked. Default 15. */
  readonly redetectEveryFrames?: number;
  /** Smooth pose, expression and landmarks over time. Default true; off gives each frame's own measurement. */
  readonly smooth?: boolean;
}

/** Follows the faces of one video. Not for several videos at once: create one tracker each. */
export interface FaceTracker {
  /**
   * All faces seen in this frame, largest first; empty when there is none.
   * @param timestampMs presentation time; must not run backwards (a jump back resets the smoothing).
   */
  track(frame: I420Frame, timestampMs: number): Promise<readonly FaceObservation[]>;
  /** Forgets every track: the next frame starts with detection. Track ids are not used again. */
  reset(): void;
}

/** Probability per pixel that it shows a person; covers the whole frame at its own resolution. */
export interface PersonMask {
  readonly width: number;
  readonly height: number;
  /** width·height values, 0 background … 1 person. */
  readonly data: Float32Array;
}

/** The networks of one process. Calls may overlap; they are carried out one after another. */
export interface Vision {
  createTracker(options?: TrackerOptions): FaceTracker;
  /** One still picture: every face that any of several passes finds, largest first. No smoothing, no memory. */
  detectFaces(frame: I420Frame): Promise<readonly FaceObservation[]>;
  /** 192-dimensional identity embedding of unit length; compare by `cosineSimilarity`. */
  embed(frame: I420Frame, face: FaceObservation): Promise<Float32Array>;
  /** Passive presentation-attack signal, 0 spoof … 1 live. Weak alone: one signal among several. */
  spoofScore(frame: I420Frame, face: FaceObservation): Promise<number>;
  segmentPerson(frame: I420Frame): Promise<PersonMask>;
  /** The networks run in another thread than the caller's, which can work meanwhile. */
  readonly inOwnThread?: boolean;
  /** Releases the networks; later calls fail with `VisionError` `closed`. */
  close(): Promise<void>;
}
