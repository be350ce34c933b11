import { drawGoldenFrames } from './golden-poses.js';
import { avatarOfWire, toBase64, type Task } from './wire.js';

/** The part of a dedicated worker's scope that is used here. */
interface WorkerScope {
  onmessage: (event: { data: Task }) => void;
  postMessage(message: string): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data: { avatar, kernels } }) => {
  scope.postMessage(toBase64(drawGoldenFrames(avatarOfWire(avatar), kernels)));
};
