import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { avatarKind, displayName, likeness, sha256Hex, unixSeconds } from '@guise/protocol';
import { decode, encode } from 'cbor2';
import { z } from 'zod';
import { AvatarError } from '../errors.js';
import {
  BUNDLE_FORMAT,
  BUNDLE_LIMITS,
  LANDMARK_BYTES,
  type AvatarBundle,
  type AvatarView,
} from './format.js';
import { readPictureHeader } from './picture-header.js';

const bytes = z.instanceof(Uint8Array);
const side = z.int().min(1).max(BUNDLE_LIMITS.pictureSide);
const view = z.strictObject({
  picture: z.strictObject({
    mediaType: z.enum(['image/png', 'image/jpeg']),
    width: side,
    height: side,
    bytes: bytes.refine((value) => value.length <= BUNDLE_LIMITS.bundleBytes),
  }),
  landmarks: bytes.refine((value) => value.length === LANDMARK_BYTES),
  enhancement: z.strictObject({ model: sha256Hex, factor: z.literal(2) }).optional(),
});
const maskSide = z.int().min(1).max(BUNDLE_LIMITS.maskSide);
const personMask = z
  .strictObject({ width: maskSide, height: maskSide, data: bytes })
  .refine(({ width, height, data }) => data.length === width * height);
const wire = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  name: displayName,
  kind: avatarKind,
  likeness,
  ...view.shape,
  provenance: z.string().max(BUNDLE_LIMITS.textCharacters),
  licence: z.string().max(BUNDLE_LIMITS.textCharacters),
  createdAt: unixSeconds,
  personMask: personMask.optional(),
  views: z
    .array(z.strictObject({ role: z.enum(['mouth-open', 'turned-left', 'turned-right']), ...view.shape }))
    .max(BUNDLE_LIMITS.views)
    .optional(),
});

/**
 * Writes a bundle as deterministic CBOR (RFC 8949 §4.2, keys in bytewise order): equal content gives equal bytes.
 * @throws AvatarError when the content is outside its bounds
 */
export function encodeBundle(bundle: AvatarBundle): Uint8Array {
  const toWire = (of: AvatarView): object => ({
    picture: {
      mediaType: of.picture.mediaType,
      width: of.picture.width,
      height: of.picture.height,
      bytes: of.picture.bytes,
    },
    landmarks: landmarkBytes(of.landmarks),
    ...(of.enhancement === undefined
      ? {}
      : { enhancement: { model: of.enhancement.model, factor: of.enhancement.factor } }),
  });
  const value = {
    format: BUNDLE_FORMAT,
    name: bundle.name,
    kind: bundle.kind,
    likeness: bundle.likeness,
    ...toWire(bundle),
    provenance: bundle.provenance,
    licence: bundle.licence,
    createdAt: bundle.createdAt,
    ...(bundle.personMask === undefined ? {} : { personMask: { ...bundle.personMask } }),
    ...(bundle.views === undefined
      ? {}
      : { views: bundle.views.map((extra) => ({ role: extra.role, ...toWire(extra) })) }),
  };
  checkWire(value);
  const encoded = encode(value, { cde: true });
  requireSize(encoded);
  return encoded;
}

/**
 * Reads a `.guise` file. Order of the checks: size, CBOR, shape and limits, picture headers, landmarks, and that
 * the bytes are the deterministic encoding of what they say (so that one avatar version has one name).
 * @throws AvatarError
 */
export function parseBundle(file: Uint8Array): AvatarBundle {
  requireSize(file);
  const parsed = checkWire(decodeCbor(file));
  const bundle: AvatarBundle = {
    name: parsed.name,
    kind: parsed.kind,
    likeness: parsed.likeness,
    ...fromWire(parsed),
    provenance: parsed.provenance,
    licence: parsed.licence,
    createdAt: parsed.createdAt,
    ...(parsed.personMask === undefined
      ? {}
      : { personMask: { ...parsed.personMask, data: parsed.personMask.data.slice() } }),
    ...(parsed.views === undefined
      ? {}
      : { views: parsed.views.map((extra) => ({ role: extra.role, ...fromWire(extra) })) }),
  };
  if (!equalBytes(encodeBundle(bundle), file))
    throw new AvatarError('bundle-not-canonical', 'Rebuild the avatar with `guise avatar build`.');
  return bundle;
}

/** The name of an avatar version: lower-case hexadecimal SHA-256 of the `.guise` file. */
export function bundleSha256(file: Uint8Array): string {
  return bytesToHex(sha256(file));
}

function requireSize(file: Uint8Array): void {
  if (file.length > BUNDLE_LIMITS.bundleBytes)
    throw new AvatarError('bundle-too-large', 'An avatar bundle has at most 32 MiB: use a smaller picture.');
}

function decodeCbor(file: Uint8Array): unknown {
  try {
    return decode(file, { cde: true, maxDepth: 8 });
  } catch {
    throw new AvatarError('bundle-malformed', 'This is not a .guise file, or it is damaged.');
  }
}

/** Shape, limits, picture headers and landmarks of a decoded or about to be encoded bundle. */
function checkWire(value: unknown): z.infer<typeof wire> {
  const result = wire.safeParse(value);
  if (!result.success) {
    const where = result.error.issues[0]?.path.join('.') ?? '';
    throw new AvatarError('bundle-malformed', `The avatar bundle is not valid at "${where}".`);
  }
  for (const each of [result.data, ...(result.data.views ?? [])]) checkPicture(each.picture);
  return result.data;
}

function checkPicture(picture: z.infer<typeof view>['picture']): void {
  const header = readPictureHeader(picture.bytes);
  if (header?.mediaType !== picture.mediaType)
    throw new AvatarError('picture-unsupported', 'The avatar picture must be a PNG or JPEG file.');
  if (header.width > BUNDLE_LIMITS.pictureSide || header.height > BUNDLE_LIMITS.pictureSide)
    throw new AvatarError('picture-too-large', 'The avatar picture may have at most 4096 × 4096 pixels.');
  if (header.width !== picture.width || header.height !== picture.height)
    throw new AvatarError(
      'picture-size-mismatch',
      'The avatar picture has another size than the bundle says.',
    );
}

function fromWire(of: z.infer<typeof view>): AvatarView {
  const landmarks = new Float32Array(LANDMARK_BYTES / 4);
  const data = new DataView(of.landmarks.buffer, of.landmarks.byteOffset, of.landmarks.byteLength);
  for (let i = 0; i < landmarks.length; i++) landmarks[i] = data.getFloat32(i * 4, true);
  requireLandmarks(landmarks);
  // Copies: a bundle must not keep a 32 MiB file alive or change when the caller reuses its buffer.
  return {
    ...{ picture: { ...of.picture, bytes: of.picture.bytes.slice() }, landmarks },
    ...(of.enhancement === undefined ? {} : { enhancement: of.enhancement }),
  };
}

function landmarkBytes(landmarks: Float32Array): Uint8Array {
  requireLandmarks(landmarks);
  const data = new DataView(new ArrayBuffer(LANDMARK_BYTES));
  landmarks.forEach((value, i) => {
    data.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(data.buffer);
}

/** Finite and within a generous neighbourhood of the largest picture. */
function requireLandmarks(landmarks: Float32Array): void {
  const limit = 2 * BUNDLE_LIMITS.pictureSide;
  if (landmarks.length !== LANDMARK_BYTES / 4 || !landmarks.every((v) => Math.abs(v) <= limit))
    throw new AvatarError('landmarks-invalid', 'The avatar has no usable face mesh: rebuild it.');
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
