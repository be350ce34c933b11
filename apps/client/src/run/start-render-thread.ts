import { Worker } from 'node:worker_threads';
import type { MediaProgress, MediaReport, RenderThread } from '@guise/runtime';
import type { ThreadJob, ThreadMessage } from './thread-job.js';
import { hearFailure } from './told-failure.js';

const SCRIPT = new URL('./render-thread.js', import.meta.url);

/** Starts the rendering thread. Its report rejects with a CliError that says what it met. */
export function startRenderThread(job: ThreadJob, onProgress: (event: MediaProgress) => void): RenderThread {
  const worker = new Worker(SCRIPT, { workerData: job });
  const report = new Promise<MediaReport>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => {
      reject(new Error('the rendering thread ended without a word'));
    });
    worker.on('message', (message: ThreadMessage) => {
      switch (message.type) {
        case 'progress':
          onProgress(message.event);
          return;
        case 'fault':
          onProgress({ type: 'fault', step: message.step, error: hearFailure(message.failure) });
          return;
        case 'failed':
          reject(hearFailure(message.failure));
          return;
        case 'report':
          resolve(message.report);
      }
    });
  });
  return { report, terminate: () => worker.terminate() };
}
