import { join } from 'node:path';
import { ROOT, run, say } from './say.mjs';

const bin = (...parts) => join(ROOT, 'node_modules', ...parts);

export function runDemo({ node, args }) {
  return run(node, node, [join(ROOT, 'apps', 'client', 'dist', 'main.js'), 'demo', ...args]);
}

export function runStart({ node, args }) {
  return run(node, node, [join(ROOT, 'apps', 'authority', 'dist', 'main.js'), ...args]);
}

export function runBench({ node, args }) {
  return run(node, node, [join(ROOT, 'test', 'bench', 'dist', 'main.js'), ...args]);
}

export function runTests({ node, args }) {
  return run(node, node, [bin('vitest', 'vitest.mjs'), 'run', ...args]);
}

/** Format, types (the build has checked all but the tests' own), lint, dependency direction, tests unless `--no-tests`. */
export function runCheck({ node, args }) {
  const steps = [
    ['format', [bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
    ['types', [bin('typescript', 'bin', 'tsc'), '-p', 'test']],
    ['lint', [bin('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0']],
    [
      'boundaries',
      [
        bin('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
        '--config',
        '.dependency-cruiser.mjs',
        'apps',
        'libs',
        'tools',
        'test',
      ],
    ],
  ];
  for (const [name, command] of steps) {
    say(name);
    const status = run(node, node, command);
    if (status !== 0) return status;
  }
  return args.includes('--no-tests') ? 0 : runTests({ node, args: [] });
}
