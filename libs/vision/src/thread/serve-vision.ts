import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { openModelRegistry, type ModelRegistryOptions } from '../registry/index.js';
import type { FaceTracker, Vision } from '../types.js';
import { createVision } from '../vision.js';
import {
  tellFailure,
  type VisionAnswer,
  type VisionCall,
  type VisionRequest,
  type VisionResult,
} from './messages.js';

/** The thread of `openVisionThread`: a vision of its own, asked by messages and answering each. */

function serve(vision: Vision, port: MessagePort): void {
  const trackers = new Map<number, FaceTracker>();
  const trackerOf = (tracker: number): FaceTracker => {
    const known = trackers.get(tracker);
    if (known === undefined) throw new RangeError(`there is no tracker ${tracker}`);
    return known;
  };

  const answering = new Set<Promise<void>>();

  const carryOut = (call: VisionCall): Promise<VisionResult> | VisionResult => {
    switch (call.kind) {
      case 'create-tracker':
        trackers.set(call.tracker, vision.createTracker(call.options));
        return null;
      case 'reset':
        trackerOf(call.tracker).reset();
        return null;
      case 'track':
        return trackerOf(call.tracker).track(call.frame, call.timestampMs);
      case 'detect-faces':
        return vision.detectFaces(call.frame);
      case 'embed':
        return vision.embed(call.frame, call.face);
      case 'spoof-score':
        return vision.spoofScore(call.frame, call.face);
      case 'segment-person':
        return vision.segmentPerson(call.frame);
      case 'close':
        // What was asked before is answered before.
        return Promise.all(answering)
          .then(() => vision.close())
          .then(() => null);
    }
  };

  port.on('message', ({ id, call }: VisionRequest) => {
    const answered = Promise.resolve()
      .then(() => carryOut(call))
      .then(
        (result): VisionAnswer => ({ id, result }),
        (error: unknown): VisionAnswer => ({ id, failure: tellFailure(error) }),
      )
      .then((answer) => {
        port.postMessage(answer);
        answering.delete(answered);
      });
    // Its own end is not what closing waits for.
    if (call.kind !== 'close') answering.add(answered);
  });
}

if (parentPort === null) throw new Error('serve-vision is a thread: use openVisionThread');
try {
  // Made by openVisionThread of this very program.
  const registry = await openModelRegistry(workerData as ModelRegistryOptions);
  serve(await createVision({ registry, opensEmbedder: true }), parentPort);
  parentPort.postMessage({ id: 0, result: null } satisfies VisionAnswer);
} catch (error) {
  parentPort.postMessage({ id: 0, failure: tellFailure(error) } satisfies VisionAnswer);
  parentPort.close();
}
