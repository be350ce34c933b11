import type { Box, FaceObservation, I420Frame } from '@guise/frame';

import { overlap, SAME_FACE_OVERLAP, type Detection } from '../detection/decode.js';
import type { FaceDetector } from '../detection/detector.js';
import { regionOfDetection, regionOfLandmarks } from '../mesh/face-region.js';
import type { FaceLandmarker } from '../mesh/landmarker.js';
import { checkFrame } from '../patch/patch.js';
import type { Region } from '../patch/affine.js';
import { ObservationSmoother } from '../smoothing/observation-smoother.js';
import type { FaceTracker, TrackerOptions } from '../types.js';
import { faceBox, measureFace, type MeasuredFace } from './measure-face.js';

/** The networks a tracker works with. */
export interface TrackingNetworks {
  readonly shortRange: Pick<FaceDetector, 'detect'>;
  readonly fullRange: Pick<FaceDetector, 'detect'>;
  readonly landmarker: Pick<FaceLandmarker, 'landmarks'>;
}

interface Track {
  readonly id: number;
  readonly smoother: ObservationSmoother;
  region: Region;
  box: Box;
}

/** A track in the present frame. */
interface Sighting {
  readonly track: Track;
  readonly measured: MeasuredFace;
}

const DEFAULT_MAX_FACES = 4;
const DEFAULT_REDETECT_EVERY = 15;
/** Two tracks that overlap more than this have run onto one face. */
const ONE_FACE_OVERLAP = 0.5;

export class VideoFaceTracker implements FaceTracker {
  private tracks: Track[] = [];
  private nextId = 1;
  private framesSinceDetection = 0;
  private looksForNewcomers = 0;
  private frameSize = '';

  constructor(
    private readonly networks: TrackingNetworks,
    private readonly options: TrackerOptions = {},
  ) {}

  reset(): void {
    this.tracks = [];
    this.framesSinceDetection = 0;
  }

  async track(frame: I420Frame, timestampMs: number): Promise<readonly FaceObservation[]> {
    checkFrame(frame);
    this.forgetOnNewSize(frame);
    const followed = await this.follow(frame);
    const detections = await this.lookForFaces(frame, followed.length < this.tracks.length);
    const found = await this.startTracks(frame, detections, followed);
    const seen = withoutDuplicates([...followed, ...found]);
    this.tracks = seen.map(({ track }) => track);
    return seen
      .map((sighting) => this.observe(sighting, timestampMs))
      .sort((p, q) => q.box.width * q.box.height - p.box.width * p.box.height);
  }

  private forgetOnNewSize(frame: I420Frame): void {
    const size = `${frame.width}x${frame.height}`;
    if (size !== this.frameSize) this.reset();
    this.frameSize = size;
  }

  /** Runs the mesh where each face was last; those that are still there. */
  private async follow(frame: I420Frame): Promise<Sighting[]> {
    const sightings: Sighting[] = [];
    for (const track of this.tracks) {
      const measured = measureFace(await this.networks.landmarker.landmarks(frame, track.region), frame);
      if (measured) sightings.push({ track, measured });
    }
    return sightings;
  }

  /** Detection on loss, while nobody is there, and now and then for newcomers: near ones, then far ones in turn. */
  private async lookForFaces(frame: I420Frame, lost: boolean): Promise<Detection[]> {
    this.framesSinceDetection += 1;
    const every = this.options.redetectEveryFrames ?? DEFAULT_REDETECT_EVERY;
    const nobody = this.tracks.length === 0;
    if (!lost && !nobody && this.framesSinceDetection < every) return [];
    this.framesSinceDetection = 0;
    this.looksForNewcomers += 1;
    const { shortRange, fullRange } = this.networks;
    if (!lost && !nobody && this.looksForNewcomers % 2 === 0) return fullRange.detect(frame);
    const near = await shortRange.detect(frame);
    return near.length > 0 ? near : fullRange.detect(frame);
  }

  private async startTracks(
    frame: I420Frame,
    detections: readonly Detection[],
    followed: readonly Sighting[],
  ): Promise<Sighting[]> {
    const maxFaces = this.options.maxFaces ?? DEFAULT_MAX_FACES;
    const lost = this.tracks.filter((track) => !followed.some((sighting) => sighting.track === track));
    const started: Sighting[] = [];
    for (const detection of detections) {
      if (followed.length + started.length >= maxFaces) break;
      if (followed.some(({ measured }) => showsSameFace(measured.box, detection))) continue;
      const measured = await measureDetection(this.networks.landmarker, frame, detection);
      if (!measured) continue;
      // A face lost and found within one frame keeps its id; after a gap it may be another person, hence a new one.
      const before = lost.find((track) => showsSameFace(track.box, detection));
      if (before) lost.splice(lost.indexOf(before), 1);
      started.push({ track: this.newTrack(measured, before?.id), measured });
    }
    return started;
  }

  private newTrack({ landmarks, box }: MeasuredFace, id: number | undefined): Track {
    return {
      id: id ?? this.nextId++,
      smoother: new ObservationSmoother(),
      region: regionOfLandmarks(landmarks),
      box,
    };
  }

  /** The track moves on with what was measured; what is given out is smoothed. */
  private observe({ track, measured }: Sighting, timestampMs: number): FaceObservation {
    track.region = regionOfLandmarks(measured.landmarks);
    track.box = measured.box;
    const smooth = this.options.smooth ?? true;
    const size = Math.max(measured.box.width, measured.box.height);
    const { landmarks, pose, expression } = smooth
      ? track.smoother.next(measured, size, timestampMs)
      : measured;
    return { trackId: track.id, box: faceBox(landmarks), score: measured.score, landmarks, pose, expression };
  }
}

/** Mesh of a face just detected; run twice, since the second crop, taken from the first mesh, fits better. */
export async function measureDetection(
  landmarker: Pick<FaceLandmarker, 'landmarks'>,
  frame: I420Frame,
  detection: Detection,
): Promise<MeasuredFace | undefined> {
  const first = measureFace(await landmarker.landmarks(frame, regionOfDetection(detection)), frame);
  return first && measureFace(await landmarker.landmarks(frame, regionOfLandmarks(first.landmarks)), frame);
}

function showsSameFace(box: Box, detection: Detection): boolean {
  const [cx, cy] = [detection.x + detection.width / 2, detection.y + detection.height / 2];
  const centreInside = cx > box.x && cx < box.x + box.width && cy > box.y && cy < box.y + box.height;
  return centreInside || overlap(box, detection) > SAME_FACE_OVERLAP;
}

function withoutDuplicates(sightings: readonly Sighting[]): Sighting[] {
  const kept: Sighting[] = [];
  for (const sighting of sightings) {
    const again = kept.some(
      ({ measured }) => overlap(measured.box, sighting.measured.box) > ONE_FACE_OVERLAP,
    );
    if (!again) kept.push(sighting);
  }
  return kept;
}
