import type { I420Frame } from '@guise/frame';

import { Network } from '../network.js';
import { regionToPatch, type Point, type Region } from '../patch/affine.js';
import { PatchReader } from '../patch/patch.js';
import type { ModelSource, VisionRole } from '../types.js';
import { FULL_RANGE_ANCHORS, SHORT_RANGE_ANCHORS } from './anchors.js';
import { blendDetections, decodeDetections, type Detection } from './decode.js';

interface DetectorSpec {
  readonly role: VisionRole;
  readonly side: number;
  readonly anchors: Float32Array;
  readonly regressors: string;
  readonly logits: string;
  /** MediaPipe's min_score_thresh of the same network. */
  readonly threshold: number;
}

/** For faces above about a fifth of the picture. */
export const SHORT_RANGE: DetectorSpec = {
  role: 'face-detection-short',
  side: 128,
  anchors: SHORT_RANGE_ANCHORS,
  regressors: 'regressors',
  logits: 'classificators',
  threshold: 0.5,
};

/** For small faces; three times as slow. */
export const FULL_RANGE: DetectorSpec = {
  role: 'face-detection-full',
  side: 192,
  anchors: FULL_RANGE_ANCHORS,
  regressors: 'reshaped_regressor_face_4',
  logits: 'reshaped_classifier_face_4',
  threshold: 0.6,
};

/** The square around the whole frame: what does not fill it is black, so that faces keep their shape. */
export function wholeFrame(frame: I420Frame): Region {
  const side = Math.max(frame.width, frame.height);
  return { cx: frame.width / 2, cy: frame.height / 2, width: side, height: side, angle: 0 };
}

export class FaceDetector {
  private readonly reader: PatchReader;

  private constructor(
    private readonly spec: DetectorSpec,
    private readonly network: Network,
  ) {
    this.reader = new PatchReader({
      width: spec.side,
      height: spec.side,
      order: 'rgb',
      layout: 'interleaved',
      scale: 1 / 127.5,
      offset: -1,
      outside: 'black',
    });
  }

  static async open(source: ModelSource, spec: DetectorSpec): Promise<FaceDetector> {
    return new FaceDetector(spec, await Network.open(source, spec.role, [1, spec.side, spec.side, 3]));
  }

  /** Faces in a square, upright region of the frame, in frame pixels, best first. */
  detect(frame: I420Frame, region: Region = wholeFrame(frame)): Promise<Detection[]> {
    const { side, anchors, regressors, logits, threshold } = this.spec;
    return this.network.run(
      (input) => {
        this.reader.read(frame, regionToPatch(region, side, side), input);
      },
      (outputs) => {
        const candidates = decodeDetections(outputs(regressors), outputs(logits), anchors, side, threshold);
        return blendDetections(candidates).map((detection) => toFrame(detection, region));
      },
    );
  }

  close(): Promise<void> {
    return this.network.close();
  }
}

function toFrame(detection: Detection, region: Region): Detection {
  const left = region.cx - region.width / 2;
  const top = region.cy - region.height / 2;
  return {
    score: detection.score,
    x: left + detection.x * region.width,
    y: top + detection.y * region.height,
    width: detection.width * region.width,
    height: detection.height * region.height,
    keypoints: detection.keypoints.map(([x, y]): Point => [left + x * region.width, top + y * region.height]),
  };
}
