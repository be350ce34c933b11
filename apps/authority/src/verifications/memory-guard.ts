import { Worker } from 'node:worker_threads';

/**
 * The signal by which a process ends itself when it uses more memory than it may: nothing catches it there, so the system ends
 * the process at once, whatever its main thread is doing, and its parent can tell it from the SIGKILL of a time limit.
 */
export const MEMORY_SIGNAL = 'SIGTERM';

/**
 * Ends this process with MEMORY_SIGNAL as soon as it uses more than so many bytes. Decoded pictures lie outside the heap that
 * Node can bound, so a thread of its own looks at the whole process, also while a long computation keeps it busy.
 */
export function guardMemory(maxBytes: number): void {
  if (!(maxBytes > 0)) throw new RangeError('a memory limit is a number of bytes');
  const thread = new Worker(new URL('./memory-guard-thread.js', import.meta.url), { workerData: maxBytes });
  thread.unref();
}
