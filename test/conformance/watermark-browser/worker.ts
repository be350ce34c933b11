import type { KernelChoice } from 'invisible-watermark-ts';
import { embedAndDetect } from './embed-and-detect.js';

/** The part of a dedicated worker's scope that is used here. */
interface WorkerScope {
  onmessage: (event: { data: KernelChoice }) => void;
  postMessage(message: string): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data }) => {
  scope.postMessage(JSON.stringify(embedAndDetect(data)));
};
