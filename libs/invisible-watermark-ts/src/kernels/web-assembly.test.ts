import { afterEach, expect, test, vi } from 'vitest';
import { instantiate } from './web-assembly.js';

/** Exports one function that returns 42. */
const MODULE = Uint8Array.from(
  Buffer.from('0061736d01000000010501600001' + '7f0302010007060102743100000a06010400412a0b', 'hex'),
);

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a module this platform can run is instantiated', () => {
  const exports = instantiate(MODULE);
  expect(exports).toEqual({ t1: expect.any(Function) as unknown });
});

test('bytes that are no module, or use what the platform lacks, give null', () => {
  expect(instantiate(Uint8Array.of(0, 1, 2))).toBeNull();
  vi.stubGlobal('WebAssembly', { validate: () => false });
  expect(instantiate(MODULE)).toBeNull();
});

test('a platform without WebAssembly, or one that forbids compiling, gives null', () => {
  vi.stubGlobal('WebAssembly', undefined);
  expect(instantiate(MODULE)).toBeNull();
  vi.stubGlobal('WebAssembly', {
    validate: () => true,
    Module: function refuse() {
      throw new Error('refused by the content security policy');
    },
  });
  expect(instantiate(MODULE)).toBeNull();
});
