import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureBaseline, measureMode, prepare } from './pipeline.js';
import { scaleJob, type ScaleAnswer } from './scale-messages.js';

/** One stream of `scale`, in a process of its own as a meeting client would be: it works step by step, when it is told to. */
async function serve(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'guise-scale-'));
  try {
    const job = scaleJob.parse(await nextMessage());
    const material = await prepare(job.input);
    answer({ step: 'ready' });
    await nextMessage();
    const baselineFps = await measureBaseline(job.input, job, join(folder, 'baseline.mp4'));
    answer({ step: 'baseline', fps: baselineFps });
    await nextMessage();
    const output = join(folder, 'worn.mp4');
    const { input, mode, size } = job;
    answer({
      step: 'measured',
      result: await measureMode({ ...material, mode, input, output, size }, job.seconds, baselineFps),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
    process.disconnect();
  }
}

function nextMessage(): Promise<unknown> {
  return new Promise((resolve) => process.once('message', resolve));
}

function answer(message: ScaleAnswer): void {
  process.send?.(message);
}

await serve();
