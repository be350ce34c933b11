import type { I420Frame } from '@guise/frame';

import { Network } from './network.js';
import { regionToPatch } from './patch/affine.js';
import { PatchReader } from './patch/patch.js';
import type { ModelSource, PersonMask } from './types.js';

const WIDTH = 256;
const HEIGHT = 144;

/** MediaPipe's landscape selfie segmentation. */
export class PersonSegmenter {
  private readonly reader = new PatchReader({
    width: WIDTH,
    height: HEIGHT,
    order: 'rgb',
    layout: 'interleaved',
    scale: 1 / 255,
    offset: 0,
    outside: 'edge',
  });

  private constructor(private readonly network: Network) {}

  static async open(source: ModelSource): Promise<PersonSegmenter> {
    return new PersonSegmenter(await Network.open(source, 'person-segmentation', [1, HEIGHT, WIDTH, 3]));
  }

  segment(frame: I420Frame): Promise<PersonMask> {
    const { width, height } = frame;
    const whole = { cx: width / 2, cy: height / 2, width, height, angle: 0 };
    return this.network.run(
      (input) => {
        this.reader.read(frame, regionToPatch(whole, WIDTH, HEIGHT), input);
      },
      (outputs) => ({ width: WIDTH, height: HEIGHT, data: outputs('segment_back').slice(0, WIDTH * HEIGHT) }),
    );
  }

  close(): Promise<void> {
    return this.network.close();
  }
}
