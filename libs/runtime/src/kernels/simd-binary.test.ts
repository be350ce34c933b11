import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the committed WebAssembly is what the AssemblyScript sources compile to', () => {
  const library = join(import.meta.dirname, '../..');
  const builder = join(library, '../../tools/build-kernels.mjs');
  const words = [builder, library, '--check'];
  expect(execFileSync(process.execPath, words, { encoding: 'utf8' })).toMatch(/^\d+ bytes/);
});
