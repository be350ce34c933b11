import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ModelToolError } from './errors.js';

/** A file as the manifest names it. */
export interface Fingerprint {
  readonly sha256: string;
  readonly bytes: number;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const hasFingerprint = (bytes: Uint8Array, expected: Fingerprint): boolean =>
  bytes.length === expected.bytes && sha256(bytes) === expected.sha256;

/** What lies at a path, compared to what should. Reads the file in pieces. */
export async function compareFile(
  path: string,
  expected: Fingerprint,
): Promise<'same' | 'different' | 'missing'> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size !== expected.bytes) return 'different';
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex') === expected.sha256 ? 'same' : 'different';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'missing';
    throw storageError(path, error);
  }
}

/** Largest file of a package that is read into memory: six times the largest of today. */
export const MAX_SOURCE_BYTES = 32 * 1024 * 1024;

/** Reads a file of a package: a plain file of bounded size, never through a link. */
export async function readPlainFile(path: string, maxBytes = MAX_SOURCE_BYTES): Promise<Uint8Array> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new ModelToolError('source-missing', `the package does not contain ${basename(path)}`);
  if (found.size > maxBytes) {
    throw new ModelToolError(
      'source-mismatch',
      `${basename(path)} has ${found.size} bytes; at most ${maxBytes} are read`,
    );
  }
  return readFile(path);
}

/** Puts a file in place whole or not at all: written beside its place, flushed, then renamed. */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storageError(path, error);
  }
}

/** A failure of the local disk, in words. */
export function storageError(path: string, error: unknown): ModelToolError {
  const code = errorCode(error);
  const reason =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full. Free about 200 MB and run the command again'
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'this user may not write there. Change the permissions, or choose another folder with --cache'
        : `the file system says ${code ?? 'no more'}. Check the folder, or choose another one with --cache`;
  return new ModelToolError('storage', `cannot store ${path}: ${reason}`, { cause: error });
}

export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
