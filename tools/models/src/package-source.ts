import type { PackagePin } from '@guise/protocol';
import { ModelToolError } from './errors.js';
import { errorCode, storageError } from './files.js';

/** Unpacks the tarball of a pinned package into a folder, after checking its integrity. */
export type Unpack = (pin: PackagePin, folder: string) => Promise<void>;

/** npm's own settings, as npm hands them to the scripts it runs. */
export interface NpmSettings {
  readonly registry?: string;
  readonly cache?: string;
}

export const specOf = (pin: PackagePin): string => `${pin.package}@${pin.version}`;

/** Fetches through npm's client and cache. The integrity of the manifest decides, whatever the registry says. */
export function npmUnpack(settings: NpmSettings): Unpack {
  return (pin, folder) => unpackSpec(specOf(pin), pin, folder, settings);
}

/** @param spec what npm is asked for; its content must have the integrity of the pin */
export async function unpackSpec(
  spec: string,
  pin: PackagePin,
  folder: string,
  settings: NpmSettings,
): Promise<void> {
  // Loaded on demand: a run that finds everything in place does not pay for it.
  const { default: pacote } = await import('pacote');
  try {
    await pacote.extract(spec, folder, { ...settings, integrity: pin.integrity, preferOffline: true });
  } catch (error) {
    throw explain(error, pin, folder);
  }
}

const DISK_CODES = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR']);

function explain(error: unknown, pin: PackagePin, folder: string): ModelToolError {
  const code = errorCode(error);
  if (code === 'EINTEGRITY') {
    return new ModelToolError(
      'integrity',
      `the registry's ${specOf(pin)} is not the file whose integrity models/manifest.json pins. Nothing of it was used. ` +
        'Try another network or registry; if it stays so, the package was tampered with: report it',
      { cause: error },
    );
  }
  if (code !== undefined && DISK_CODES.has(code)) return storageError(folder, error);
  return new ModelToolError(
    'network',
    `cannot fetch ${specOf(pin)} (${code ?? 'no answer'}). Connect this machine to the npm registry, or set npm's registry and ` +
      'proxy, and run the command again; what was fetched so far is kept',
    { cause: error },
  );
}
