import { open, rename, rm } from 'node:fs/promises';
import { CliError } from './cli-error.js';

/**
 * Writes a file all or nothing: a temporary one beside it, synced, renamed at the end.
 * @throws CliError `outputFailed`
 */
export async function writeNewFile(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CliError(
      'outputFailed',
      `${path} cannot be written`,
      'Check the folder, its rights and the free space.',
      [],
      { cause },
    );
  }
}
