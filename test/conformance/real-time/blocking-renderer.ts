import { parentPort, workerData } from 'node:worker_threads';
import { openPermission, ringSink, ringSource, type RealTimeMemory } from '@guise/runtime';

/** A rendering thread that hands frames on, but blocks its whole thread at the first one until it is let go. */
async function render({ captured, finished, permission, letGo }: BlockingRendererData): Promise<void> {
  const sink = ringSink(finished);
  let frames = 0;
  for await (const { frame, timestampMs } of ringSource(captured)) {
    frames += 1;
    if (frames === 1) {
      parentPort?.postMessage('blocked');
      Atomics.wait(new Int32Array(letGo), 0, 0);
    }
    openPermission(permission).publish({ openUntilMs: Number.MAX_SAFE_INTEGER / 1000 });
    await sink.write(frame, timestampMs);
  }
  await sink.finish();
  parentPort?.postMessage({ frames });
}

export interface BlockingRendererData extends RealTimeMemory {
  /** The thread goes on when its first word is 1. */
  readonly letGo: SharedArrayBuffer;
}

parentPort?.ref();
await render(workerData as BlockingRendererData);
parentPort?.unref();
