import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type KernelChoice, selectKernels } from './kernels/select.js';
import { makeTestVectors } from './testing/test-vectors.js';

const VECTORS = join(import.meta.dirname, '../vectors/format-1.json');

afterEach(() => {
  selectKernels('auto');
});

test.each<KernelChoice>(['auto', 'scalar'])('the published vectors hold with %s kernels', (choice) => {
  selectKernels(choice);
  expect(makeTestVectors()).toEqual(JSON.parse(readFileSync(VECTORS, 'utf8')));
});
