import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FaceObservation, I420Frame } from '@guise/frame';

import { VisionError } from '../errors.js';
import type { ModelRegistryOptions } from '../registry/index.js';
import type { FaceTracker, PersonMask, TrackerOptions, Vision } from '../types.js';
import { hearFailure, type VisionAnswer, type VisionCall, type VisionResult } from './messages.js';
import { createSharedFrames } from './shared-frames.js';

/** Beside this file; where it is run from its source, the compiled one. */
function script(): string {
  const beside = join(import.meta.dirname, 'serve-vision.js');
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../dist/thread/serve-vision.js');
}

export interface VisionThread extends Vision {
  /** Ends the thread at once, whatever it does: what was asked fails. */
  terminate(): Promise<void>;
}

/**
 * A vision whose networks run in a thread of their own: its caller goes on meanwhile. Frames in shared memory are read where they
 * are and must not change until the answer; others are copied. The models are opened and verified there.
 * @throws ModelError as `openModelRegistry` and `createVision`. A thread that dies fails every call from then on.
 */
export async function openVisionThread(options: ModelRegistryOptions): Promise<VisionThread> {
  const thread = new HostedVision(
    // No words of this thread's: a test runner's would have it read sources.
    new Worker(script(), { workerData: options, execArgv: [] }),
  );
  try {
    await thread.opened;
    return thread;
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

interface Waiting {
  readonly resolve: (result: VisionResult) => void;
  readonly reject: (error: Error) => void;
}

class HostedVision implements VisionThread {
  readonly inOwnThread = true;
  readonly opened: Promise<unknown>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly shared = createSharedFrames();
  private nextId = 0;
  private trackers = 0;
  private failure: Error | null = null;

  constructor(private readonly worker: Worker) {
    worker.on('message', (answer: VisionAnswer) => {
      this.settle(answer);
    });
    worker.on('error', (error: Error) => {
      this.fail(error);
    });
    worker.on('exit', () => {
      this.fail(new Error('The thread of the networks ended.'));
    });
    this.opened = this.expect();
  }

  createTracker(options: TrackerOptions = {}): FaceTracker {
    const tracker = (this.trackers += 1);
    this.tell({ kind: 'create-tracker', tracker, options });
    return {
      track: (frame, timestampMs) =>
        this.withFrame(frame, (seen) => this.ask({ kind: 'track', tracker, frame: seen, timestampMs })),
      reset: () => {
        this.tell({ kind: 'reset', tracker });
      },
    };
  }

  detectFaces(frame: I420Frame): Promise<readonly FaceObservation[]> {
    return this.withFrame(frame, (seen) => this.ask({ kind: 'detect-faces', frame: seen }));
  }

  embed(frame: I420Frame, face: FaceObservation): Promise<Float32Array> {
    return this.withFrame(frame, (seen) => this.ask({ kind: 'embed', frame: seen, face }));
  }

  spoofScore(frame: I420Frame, face: FaceObservation): Promise<number> {
    return this.withFrame(frame, (seen) => this.ask({ kind: 'spoof-score', frame: seen, face }));
  }

  segmentPerson(frame: I420Frame): Promise<PersonMask> {
    return this.withFrame(frame, (seen) => this.ask({ kind: 'segment-person', frame: seen }));
  }

  async close(): Promise<void> {
    if (this.failure !== null) return;
    const closed = this.ask({ kind: 'close' });
    this.failure = new VisionError('closed', 'This vision was closed; create another one.');
    await closed;
    await this.terminate();
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  private async withFrame<T>(frame: I420Frame, ask: (shared: I420Frame) => Promise<T>): Promise<T> {
    const { shared, release } = this.shared.share(frame);
    try {
      return await ask(shared);
    } finally {
      release();
    }
  }

  /** The thread is this library's own: it answers each kind of call with that kind's result. */
  private ask<T extends VisionResult>(call: VisionCall): Promise<T> {
    if (this.failure !== null) return Promise.reject(this.failure);
    const result = this.expect();
    this.worker.postMessage({ id: this.nextId - 1, call });
    return result as Promise<T>;
  }

  /** Its failure, if any, shows in the call after it. */
  private tell(call: VisionCall): void {
    this.ask(call).catch(() => undefined);
  }

  private expect(): Promise<VisionResult> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private settle(answer: VisionAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('failure' in answer) waiting?.reject(hearFailure(answer.failure));
    else waiting?.resolve(answer.result);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}
