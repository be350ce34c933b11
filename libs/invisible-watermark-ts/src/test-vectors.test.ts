import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type KernelChoice, selectKernels } from './kernels/select.js';
import { makeFingerprintVectors } from './testing/fingerprint-vectors.js';
import { makeTestVectors } from './testing/test-vectors.js';

const published = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../vectors/${name}.json`), 'utf8'));

afterEach(() => {
  selectKernels('auto');
});

test.each<KernelChoice>(['auto', 'scalar'])('the published vectors hold with %s kernels', (choice) => {
  selectKernels(choice);
  expect(makeTestVectors()).toEqual(published('format-1'));
});

test('the published fingerprints and distances hold', () => {
  expect(makeFingerprintVectors()).toEqual(published('fingerprint-1'));
});
