import type { Box, I420Frame } from '@guise/frame';

import { Network } from '../network.js';
import { regionToPatch, type Region } from '../patch/affine.js';
import { PatchReader } from '../patch/patch.js';
import type { ModelSource } from '../types.js';

const SIDE = 128;
/** The network wants the face with this much surroundings (Silent-Face-Anti-Spoofing's 2.7 crop). */
const CROP_OVER_FACE = 2.7;

/** Passive presentation-attack network. Weak: AUC .63–.99 depending on camera and crop (models/README.md). */
export class SpoofSignal {
  private readonly reader = new PatchReader({
    width: SIDE,
    height: SIDE,
    order: 'bgr',
    layout: 'planar',
    scale: 1,
    offset: 0,
    outside: 'edge',
  });

  private constructor(private readonly network: Network) {}

  static async open(source: ModelSource): Promise<SpoofSignal> {
    return new SpoofSignal(await Network.open(source, 'face-liveness', [1, 3, SIDE, SIDE]));
  }

  /** 0 spoof … 1 live. */
  score(frame: I420Frame, face: Box): Promise<number> {
    const map = regionToPatch(surroundings(face, frame), SIDE, SIDE);
    return this.network.run(
      (input) => {
        this.reader.read(frame, map, input);
      },
      (outputs) => liveProbability(outputs('output')),
    );
  }

  close(): Promise<void> {
    return this.network.close();
  }
}

/** The face box grown about its centre, as far as the frame allows, then moved inside the frame. */
function surroundings(face: Box, frame: I420Frame): Region {
  const grow = Math.min(CROP_OVER_FACE, frame.width / face.width, frame.height / face.height);
  const [width, height] = [face.width * grow, face.height * grow];
  const within = (centre: number, size: number, limit: number): number =>
    Math.min(Math.max(centre, size / 2), Math.max(limit - size / 2, size / 2));
  return {
    cx: within(face.x + face.width / 2, width, frame.width),
    cy: within(face.y + face.height / 2, height, frame.height),
    width,
    height,
    angle: 0,
  };
}

/** Softmax of the first of three classes (live, then two kinds of spoof). */
function liveProbability(logits: Float32Array): number {
  const top = Math.max(...logits);
  const powers = [...logits].map((logit) => Math.exp(logit - top));
  return (powers[0] ?? 0) / powers.reduce((sum, power) => sum + power, 0);
}
