/** Thread of `guardMemory`: looks at the memory of its whole process again and again. */
import { workerData } from 'node:worker_threads';
import { MEMORY_SIGNAL } from './memory-guard.js';

const INTERVAL_MS = 50;
const maxBytes = Number(workerData);

setInterval(() => {
  if (process.memoryUsage.rss() > maxBytes) process.kill(process.pid, MEMORY_SIGNAL);
}, INTERVAL_MS);
