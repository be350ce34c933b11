import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelToolError } from './errors.js';
import { cutPackedAsset } from './packed-assets.js';

const archive = Uint8Array.from({ length: 100 }, (_, i) => i);
const script = (files: unknown, before = 'var Module = {}; loadPackage({') =>
  Buffer.from(`${before}"files": ${JSON.stringify(files)}, "remote_package_size": 100});`);
const entry = { filename: '/a/b.tflite', start: 10, end: 20 };

const codeOf = (files: unknown, name = entry.filename): string => {
  try {
    cutPackedAsset(script(files), archive, name);
  } catch (error) {
    if (error instanceof ModelToolError) return error.code;
    throw error;
  }
  return 'cut';
};

describe('cutPackedAsset', () => {
  it('cuts the entry out', () => {
    const other = { filename: '/a/c', start: 20, end: 100 };
    expect(Array.from(cutPackedAsset(script([entry, other]), archive, '/a/b.tflite'))).toEqual([
      10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    ]);
  });

  it('refuses an entry that is not there, or not inside', () => {
    expect(codeOf([entry], '/a/x')).toBe('source-missing');
    expect(codeOf([{ ...entry, end: 101 }])).toBe('source-mismatch');
    expect(codeOf([{ ...entry, start: 20 }])).toBe('source-mismatch');
    expect(codeOf([{ ...entry, start: -1 }])).toBe('source-mismatch');
    expect(codeOf([{ ...entry, end: 15.5 }])).toBe('source-mismatch');
    expect(codeOf('nothing')).toBe('source-mismatch');
  });

  it('refuses any other script with a typed error and runs none of it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => cutPackedAsset(Buffer.from(`"files":${text}`), archive, entry.filename)).toThrow(
          ModelToolError,
        );
      }),
    );
  });
});
