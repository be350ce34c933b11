#!/usr/bin/env node
/**
 * `npm run demo|test|start|check|bench|build|models` all enter here, on any Node ≥ 20 and before anything is installed: no
 * imports but Node's own. Each task is a list of steps; every step says what it does and costs almost nothing when done.
 */
import { runDemo, runTests, runCheck, runStart, runBench } from './bootstrap/tasks.mjs';
import { ensureDependencies } from './bootstrap/dependencies.mjs';
import { ensureBuild } from './bootstrap/build.mjs';
import { ensureModels } from './bootstrap/models.mjs';
import { ensureFfmpeg } from './bootstrap/ffmpeg.mjs';
import { ensureChromium } from './bootstrap/chromium.mjs';
import { fail, Stop } from './bootstrap/say.mjs';

const TASKS = {
  build: { prepare: [ensureBuild], run: () => 0 },
  models: { prepare: [ensureBuild, ensureModels], run: () => 0 },
  demo: { prepare: [ensureBuild, ensureFfmpeg, ensureModels], run: runDemo },
  start: { prepare: [ensureBuild, ensureFfmpeg, ensureModels], run: runStart },
  bench: { prepare: [ensureBuild, ensureFfmpeg, ensureModels], run: runBench },
  test: { prepare: [ensureBuild, ensureFfmpeg, ensureChromium, ensureModels], run: runTests },
  check: { prepare: [ensureBuild, ensureFfmpeg, ensureChromium, ensureModels], run: runCheck },
};

async function main([name, ...args]) {
  const task = TASKS[name];
  if (!task) fail(`unknown task ${JSON.stringify(name)}; known: ${Object.keys(TASKS).join(', ')}`);
  const node = ensureDependencies();
  for (const step of task.prepare) await step({ node, task: name, args });
  return task.run({ node, args });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  process.stderr.write(`\nguise: ${error.message}\n`);
  process.exitCode = 1;
}
