import {
  CONTROL_POINTS,
  createPortraitRenderer,
  NEUTRAL_PARAMETERS,
  type FaceParameters,
  type PortraitAvatar,
} from '@guise/avatar';
import { createI420 } from '@guise/frame';

export type Kernels = 'auto' | 'scalar';

const SIZE = { width: 640, height: 360 } as const;
const { head } = NEUTRAL_PARAMETERS;
/** Lower lip and chin down, corners apart. */
const speaking = CONTROL_POINTS.flatMap((vertex) => [
  vertex === 61 ? -0.4 : vertex === 291 ? 0.4 : 0,
  [14, 178, 402, 17, 181, 405, 152].includes(vertex) ? 1.2 : 0,
]);
const POSES: readonly Partial<FaceParameters>[] = [
  {},
  { head: { ...head, yawDeg: 19, pitchDeg: -7, rollDeg: 5, xCm: 2, zCm: -6 } },
  { head: { ...head, yawDeg: -24, pitchDeg: 12 }, lids: { left: 0.1, right: 0.4 } },
  { shifts: speaking, gaze: { yawDeg: 18, pitchDeg: -9 } },
];

/** The golden frames, I420 one after another; the same code in Node and in a browser worker. */
export function drawGoldenFrames(avatar: PortraitAvatar, kernels: Kernels): Uint8Array {
  const renderer = createPortraitRenderer(avatar, { ...SIZE, kernels });
  const frames = POSES.map((pose) => {
    const frame = createI420(SIZE.width, SIZE.height);
    renderer.render({ ...NEUTRAL_PARAMETERS, ...pose }, frame);
    return frame.data;
  });
  const all = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  frames.forEach((data, i) => {
    all.set(data, i * data.length);
  });
  return all;
}
