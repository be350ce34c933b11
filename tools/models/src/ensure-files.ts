import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MediaEntry, ModelManifest, PackagePin } from '@guise/protocol';
import { buildModel } from './build-model.js';
import { ModelToolError } from './errors.js';
import type { Fingerprint } from './files.js';
import { compareFile, hasFingerprint, readPlainFile, storageError, writeAtomically } from './files.js';
import type { Unpack } from './package-source.js';
import { specOf } from './package-source.js';
import { mediaIn, modelsIn } from './paths.js';

export interface EnsureOptions {
  readonly manifest: ModelManifest;
  /** Folder that gets `models/` and `media/`. */
  readonly cache: string;
  readonly media: boolean;
  readonly unpack: Unpack;
  /** One human-readable line per thing done; silent about what is already in place. */
  readonly report: (line: string) => void;
}

/** A file to have in the cache, and how to make it from its unpacked package. */
interface Wanted {
  readonly path: string;
  readonly fingerprint: Fingerprint;
  readonly pin: PackagePin;
  readonly make: (packageFolder: string) => Promise<Uint8Array>;
}

export interface EnsureResult {
  readonly kept: number;
  readonly made: number;
}

/**
 * Brings the cache to what the manifest names. A file that is there with the right SHA-256 costs one reading; a wrong one is
 * replaced and reported; a package is fetched once for all of its files. Interrupted at any moment, it leaves whole files only.
 */
export async function ensureFiles(options: EnsureOptions): Promise<EnsureResult> {
  const wanted = [...wantedModels(options), ...(options.media ? wantedMedia(options) : [])];
  const absent: Wanted[] = [];
  for (const file of wanted) {
    const state = await compareFile(file.path, file.fingerprint);
    if (state === 'different')
      options.report(`${basename(file.path)} is not the file that the manifest names: replacing it`);
    if (state !== 'same') absent.push(file);
  }
  for (const files of groupByPackage(absent)) await makeFiles(files, options);
  return { kept: wanted.length - absent.length, made: absent.length };
}

function wantedModels({ manifest, cache }: EnsureOptions): Wanted[] {
  return manifest.models.map((entry) => ({
    path: join(modelsIn(cache), entry.file),
    fingerprint: entry,
    pin: entry.source,
    make: (folder) => buildModel(entry, folder),
  }));
}

function wantedMedia({ manifest, cache }: EnsureOptions): Wanted[] {
  return manifest.media.flatMap((entry) =>
    entry.files.map((file) => ({
      path: join(mediaIn(cache), file.file),
      fingerprint: file,
      pin: entry,
      make: (folder: string) => readMedia(file, folder),
    })),
  );
}

async function readMedia(file: MediaEntry['files'][number], folder: string): Promise<Uint8Array> {
  const bytes = await readPlainFile(join(folder, file.path));
  if (hasFingerprint(bytes, file)) return bytes;
  throw new ModelToolError('source-mismatch', `${file.path} is not the recording that the manifest names`);
}

function groupByPackage(files: readonly Wanted[]): Wanted[][] {
  const groups = new Map<string, Wanted[]>();
  for (const file of files) {
    const key = `${specOf(file.pin)} ${file.pin.integrity}`;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()];
}

async function makeFiles(files: readonly Wanted[], { cache, unpack, report }: EnsureOptions): Promise<void> {
  const [first] = files;
  if (!first) return;
  report(`fetching ${specOf(first.pin)}`);
  const folder = await temporaryFolder(cache);
  try {
    await unpack(first.pin, folder);
    for (const file of files) {
      await writeAtomically(file.path, await file.make(folder));
      report(`made ${basename(file.path)}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function temporaryFolder(cache: string): Promise<string> {
  try {
    await mkdir(cache, { recursive: true });
    return await mkdtemp(join(cache, 'unpack-'));
  } catch (error) {
    throw storageError(cache, error);
  }
}
