import { LANDMARK_COUNT, type FaceObservation, type I420Frame } from '@guise/frame';

import { FaceDetector, FULL_RANGE, SHORT_RANGE } from './detection/detector.js';
import { VisionError } from './errors.js';
import { FaceEmbedder } from './identity/embedder.js';
import { SpoofSignal } from './identity/spoof-signal.js';
import { FaceLandmarker, type Landmarker } from './mesh/landmarker.js';
import { checkFrame } from './patch/patch.js';
import { PersonSegmenter } from './segmentation.js';
import { detectStillFaces } from './tracking/still-faces.js';
import { VideoFaceTracker } from './tracking/tracker.js';
import type { FaceTracker, ModelSource, PersonMask, TrackerOptions, Vision, VisionOptions } from './types.js';

/**
 * Opens the networks once; they stay loaded until `close()`. Detection and mesh open now, the rest on first use unless they are
 * asked for.
 */
export async function createVision(options: VisionOptions): Promise<Vision> {
  const { registry, landmarker: plugged } = options;
  const [shortRange, fullRange, landmarker] = await Promise.all([
    FaceDetector.open(registry, SHORT_RANGE),
    FaceDetector.open(registry, FULL_RANGE),
    plugged ?? FaceLandmarker.open(registry),
  ]);
  const vision = new LoadedVision(registry, { shortRange, fullRange, landmarker });
  try {
    if (options.opensEmbedder === true) await vision.openEmbedder();
    return vision;
  } catch (error) {
    await vision.close();
    throw error;
  }
}

interface Closable {
  close(): Promise<void>;
}

class LoadedVision implements Vision {
  private closed = false;
  private readonly embedder: () => Promise<FaceEmbedder>;
  private readonly spoofSignal: () => Promise<SpoofSignal>;
  private readonly segmenter: () => Promise<PersonSegmenter>;
  private readonly opened: Promise<Closable>[] = [];

  constructor(
    registry: ModelSource,
    private readonly networks: Record<'shortRange' | 'fullRange', FaceDetector> & {
      landmarker: Landmarker;
    },
  ) {
    this.embedder = this.onFirstUse(() => FaceEmbedder.open(registry));
    this.spoofSignal = this.onFirstUse(() => SpoofSignal.open(registry));
    this.segmenter = this.onFirstUse(() => PersonSegmenter.open(registry));
  }

  async openEmbedder(): Promise<void> {
    await this.embedder();
  }

  createTracker(options: TrackerOptions = {}): FaceTracker {
    this.assertOpen();
    const tracker = new VideoFaceTracker(this.networks, options);
    return {
      track: async (frame, timestampMs) => {
        this.assertOpen();
        return tracker.track(frame, timestampMs);
      },
      reset: () => {
        tracker.reset();
      },
    };
  }

  async detectFaces(frame: I420Frame): Promise<readonly FaceObservation[]> {
    this.assertUsable(frame);
    return detectStillFaces(this.networks, frame);
  }

  async embed(frame: I420Frame, face: FaceObservation): Promise<Float32Array> {
    this.assertUsable(frame, face);
    return (await this.embedder()).embed(frame, face.landmarks);
  }

  async spoofScore(frame: I420Frame, face: FaceObservation): Promise<number> {
    this.assertUsable(frame, face);
    return (await this.spoofSignal()).score(frame, face.box);
  }

  async segmentPerson(frame: I420Frame): Promise<PersonMask> {
    this.assertUsable(frame);
    return (await this.segmenter()).segment(frame);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const later = await Promise.allSettled(this.opened);
    const open: Closable[] = later.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const { shortRange, fullRange, landmarker } = this.networks;
    await Promise.all([shortRange, fullRange, landmarker, ...open].map((network) => network.close()));
  }

  private onFirstUse<T extends Closable>(open: () => Promise<T>): () => Promise<T> {
    let opening: Promise<T> | undefined;
    return () => {
      if (!opening) {
        opening = open();
        this.opened.push(opening);
      }
      return opening;
    };
  }

  private assertOpen(): void {
    if (this.closed) throw new VisionError('closed', 'This vision was closed; create another one.');
  }

  private assertUsable(frame: I420Frame, face?: FaceObservation): void {
    this.assertOpen();
    checkFrame(frame);
    if (face && !(face.landmarks.length === LANDMARK_COUNT * 3 && face.landmarks.every(Number.isFinite))) {
      throw new VisionError('bad-face', `A face needs ${LANDMARK_COUNT} finite landmarks.`);
    }
  }
}
