import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Returns the file, making it first when it is not there; an interrupted making leaves nothing behind. */
export async function ensureFile(file: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  if (await exists(file)) return file;
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file.slice(0, -extname(file).length)}.${process.pid}${extname(file)}`;
  try {
    await make(unfinished);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return file;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Gives `use` a folder of its own and removes it afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'guise-watermark-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Hash of the library's program text: results of another version are not this one's. */
export async function libraryVersion(): Promise<string> {
  const folder = dirname(fileURLToPath(import.meta.resolve('invisible-watermark-ts')));
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => /\.(js|ts|wasm)$/.test(file) && !/\.test\.|\.d\.ts$|^testing/.test(file),
  );
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12);
