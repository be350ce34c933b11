import { join } from 'node:path';
import { ROOT, must } from './say.mjs';

/** Fetches, converts and verifies the models of models/manifest.json and the sample media; nothing to do the second time. */
export function ensureModels({ node, task, args }) {
  const media = task === 'start' ? [] : ['--media'];
  const own = task === 'models' ? args : media;
  must(
    node,
    node,
    [join(ROOT, 'tools', 'models', 'dist', 'main.js'), ...own],
    'The message above says what to do; what was fetched so far is kept.',
  );
}
