import { encode } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AvatarError } from '../errors.js';
import { syntheticLandmarks } from '../test-support/synthetic-face.js';
import { bundleSha256, encodeBundle, parseBundle } from './codec.js';
import { BUNDLE_FORMAT, BUNDLE_LIMITS, type AvatarBundle } from './format.js';
import { readPictureHeader } from './picture-header.js';

/** A PNG signature and IHDR: all that the codec reads of a picture. */
function pngHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

function jpegHeader(width: number, height: number): Uint8Array {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  return Uint8Array.of(
    0xff,
    0xd8,
    0xff,
    0xe0,
    0,
    4,
    1,
    2,
    0xff,
    0xff,
    0xc2,
    0,
    11,
    8,
    ...size,
    3,
    0,
    0,
    0,
    0,
    0,
  );
}

const landmarks = syntheticLandmarks({ x: 300, y: 340, pxPerCm: 28 });
const bundle: AvatarBundle = {
  name: 'Portrait',
  kind: 'executive',
  likeness: 'artwork',
  picture: { mediaType: 'image/png', width: 600, height: 700, bytes: pngHeader(600, 700) },
  landmarks,
  provenance: 'painted by our own test',
  licence: 'CC0-1.0',
  createdAt: 1_790_000_000,
};

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'accepted';
  } catch (error) {
    return error instanceof AvatarError ? error.code : `untyped: ${String(error)}`;
  }
}

describe('avatar bundle', () => {
  it('comes back as it was, and equal content has equal bytes and one name', () => {
    const file = encodeBundle(bundle);
    expect(parseBundle(file)).toEqual(bundle);
    expect(Buffer.compare(encodeBundle({ ...bundle }), file)).toBe(0);
    expect(bundleSha256(file)).toMatch(/^[0-9a-f]{64}$/);
    const other = encodeBundle({ ...bundle, name: 'Portrait 2' });
    expect(bundleSha256(other)).not.toBe(bundleSha256(file));
  });

  it('keeps extra views', () => {
    const views = [{ role: 'mouth-open' as const, picture: bundle.picture, landmarks }];
    expect(parseBundle(encodeBundle({ ...bundle, views })).views).toEqual(views);
  });

  it('keeps what made a picture larger, for each picture, and takes nothing else for it', () => {
    const enhancement = { model: 'ab'.repeat(32), factor: 2 as const };
    const views = [{ role: 'mouth-open' as const, picture: bundle.picture, landmarks, enhancement }];
    const enhanced = { ...bundle, enhancement, views };
    const file = encodeBundle(enhanced);
    expect(parseBundle(file)).toEqual(enhanced);
    expect(bundleSha256(file)).not.toBe(bundleSha256(encodeBundle({ ...bundle, views })));
    for (const wrong of [{ model: 'AB'.repeat(32) }, { model: '' }, { factor: 4 }]) {
      const forged = { ...bundle, enhancement: { ...enhancement, ...wrong } } as AvatarBundle;
      expect(codeOf(() => encodeBundle(forged))).toBe('bundle-malformed');
    }
  });

  it('keeps the mask of the person, and refuses one of another size than it says', () => {
    const personMask = { width: 4, height: 3, data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) };
    const masked = encodeBundle({ ...bundle, personMask });
    expect(parseBundle(masked)).toEqual({ ...bundle, personMask });
    expect(bundleSha256(masked)).not.toBe(bundleSha256(encodeBundle(bundle)));
    for (const wrong of [
      { ...personMask, width: 5 },
      { width: BUNDLE_LIMITS.maskSide + 1, height: 1, data: new Uint8Array(BUNDLE_LIMITS.maskSide + 1) },
    ])
      expect(codeOf(() => encodeBundle({ ...bundle, personMask: wrong }))).toBe('bundle-malformed');
  });

  it('does not change when the bytes it was read from do', () => {
    const file = encodeBundle(bundle);
    const parsed = parseBundle(file);
    file.fill(0);
    expect(parsed).toEqual(bundle);
  });

  it('refuses what is outside its bounds, by name', () => {
    expect(codeOf(() => parseBundle(new Uint8Array(BUNDLE_LIMITS.bundleBytes + 1)))).toBe('bundle-too-large');
    expect(codeOf(() => parseBundle(new Uint8Array(0)))).toBe('bundle-malformed');
    expect(codeOf(() => parseBundle(encode({ format: BUNDLE_FORMAT })))).toBe('bundle-malformed');
    const withPicture = (picture: AvatarBundle['picture']): string =>
      codeOf(() => encodeBundle({ ...bundle, picture }));
    const text = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"></svg>'.padEnd(80));
    expect(withPicture({ ...bundle.picture, bytes: text })).toBe('picture-unsupported');
    expect(withPicture({ ...bundle.picture, mediaType: 'image/jpeg' })).toBe('picture-unsupported');
    expect(withPicture({ ...bundle.picture, width: 601 })).toBe('picture-size-mismatch');
    expect(withPicture({ ...bundle.picture, bytes: pngHeader(5000, 700) })).toBe('picture-too-large');
    expect(codeOf(() => encodeBundle({ ...bundle, landmarks: landmarks.slice(3) }))).toBe(
      'landmarks-invalid',
    );
    const broken = landmarks.slice().fill(NaN, 7, 8);
    expect(codeOf(() => encodeBundle({ ...bundle, landmarks: broken }))).toBe('landmarks-invalid');
  });

  it('refuses landmarks that are not finite in a file', () => {
    const file = encodeBundle(bundle);
    const first = new Uint8Array(new Float32Array([landmarks[0] ?? 0]).buffer);
    const at = Buffer.from(file).indexOf(first);
    file.set(new Uint8Array(new Float32Array([NaN]).buffer), at);
    expect(codeOf(() => parseBundle(file))).toBe('landmarks-invalid');
  });

  it('refuses another encoding of the same content', () => {
    const file = encodeBundle(bundle);
    const trailing = new Uint8Array(file.length + 1);
    trailing.set(file);
    expect(codeOf(() => parseBundle(trailing))).not.toBe('accepted');
    // The map of ten entries with a one-byte count (0xb8 0x0a) instead of the short form (0xaa).
    const long = Uint8Array.of(0xb8, (file[0] ?? 0) & 0x1f, ...file.subarray(1));
    expect(codeOf(() => parseBundle(long))).toMatch(/^bundle-(malformed|not-canonical)$/);
    const renamed = encodeBundle({ ...bundle, name: 'aPortrait' });
    const spaced = Uint8Array.from(renamed);
    spaced[Buffer.from(renamed).indexOf('aPortrait')] = 0x20;
    expect(codeOf(() => parseBundle(spaced))).toBe('bundle-not-canonical');
  });

  it('answers arbitrary bytes with a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(codeOf(() => parseBundle(bytes))).toMatch(/^bundle-/);
      }),
      { numRuns: 300 },
    );
  });

  it('never accepts a damaged file as the same avatar', () => {
    const file = encodeBundle(bundle);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: file.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (position, flip) => {
          const damaged = file.slice();
          damaged[position] = (damaged[position] ?? 0) ^ flip;
          const code = codeOf(() => parseBundle(damaged));
          expect(code).not.toMatch(/^untyped/);
          expect(bundleSha256(damaged)).not.toBe(bundleSha256(file));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('cut short anywhere is malformed', () => {
    const file = encodeBundle(bundle);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: file.length - 1 }), (length) => {
        expect(codeOf(() => parseBundle(file.subarray(0, length)))).toBe('bundle-malformed');
      }),
    );
  });
});

describe('picture header', () => {
  it('reads PNG and JPEG sizes, skipping other JPEG segments', () => {
    expect(readPictureHeader(pngHeader(12, 34))).toEqual({ mediaType: 'image/png', width: 12, height: 34 });
    expect(readPictureHeader(jpegHeader(640, 480))).toEqual({
      mediaType: 'image/jpeg',
      width: 640,
      height: 480,
    });
  });

  it('survives any bytes after a JPEG or PNG start', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 200 }), (png, tail) => {
        const start = png ? pngHeader(1, 1).subarray(0, 8) : Uint8Array.of(0xff, 0xd8);
        const header = readPictureHeader(Uint8Array.of(...start, ...tail));
        expect(header === null || (header.width >= 0 && header.height >= 0)).toBe(true);
      }),
    );
  });
});
