/**
 * Child process that judges captures and pictures: a decoder crash or a runaway file ends here and not in the
 * authority. Started by `ChildFaceJudge` with the model files as arguments.
 */
import { JudgeError } from './face-judge.js';
import { VisionFaceJudge } from './vision-face-judge.js';
import { workerRequest, type WorkerAnswer, type WorkerRequest } from './worker-protocol.js';

const [manifestPath, cacheDir] = process.argv.slice(2);
if (manifestPath === undefined || cacheDir === undefined) throw new Error('started without model files');
const judge = new VisionFaceJudge({ manifestPath, cacheDir });

process.on('message', (message) => {
  const request = workerRequest.parse(message);
  void answer(request).then((result) => process.send?.(result));
});
// The authority is gone: nobody waits for an answer.
process.on('disconnect', () => process.exit(0));

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  try {
    return { id: request.id, outcome: 'verdict', verdict: await verdictOn(request) };
  } catch (error) {
    if (error instanceof JudgeError) {
      return { id: request.id, outcome: 'refused', code: error.code, advice: error.advice };
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`);
    return { id: request.id, outcome: 'refused', code: 'failed', advice: 'It could not be judged here.' };
  }
}

function verdictOn(request: WorkerRequest): Promise<unknown> {
  switch (request.task) {
    case 'capture':
      return judge.judgeCapture(request.path);
    case 'picture':
      return judge.judgePicture(request.picture, request.mesh);
    case 'portrait':
      return judge.judgePortrait(request.picture);
  }
}
