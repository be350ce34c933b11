import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the committed WebAssembly is what the AssemblyScript sources compile to', () => {
  const builder = join(import.meta.dirname, '../../tools/build-kernels.mjs');
  expect(execFileSync(process.execPath, [builder, '--check'], { encoding: 'utf8' })).toMatch(/^\d+ bytes/);
});
