import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const jobFile = z.object({ auditor: z.string(), submittedAtMs: z.number() });

/**
 * A folder per job: the submitted file while it is read, and whose job it is. Without a process that reads it, what is left
 * says that the job was lost.
 */
export class JobFolders {
  constructor(private readonly root: string) {}

  /** Moves a file into the folder of a new job. @returns where it lies now */
  async create(id: string, auditor: string, submittedAtMs: number, file: string): Promise<string> {
    const folder = join(this.root, id);
    const path = join(folder, 'media');
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, 'job.json'), JSON.stringify({ auditor, submittedAtMs }), { mode: 0o600 });
      await rename(file, path);
      return path;
    } catch (error) {
      await this.remove(id);
      throw error;
    }
  }

  /** Deletes the submitted file, and leaves whose job it was. */
  dropMedia(id: string): Promise<void> {
    return rm(join(this.root, id, 'media'), { force: true });
  }

  remove(id: string): Promise<void> {
    return rm(join(this.root, id), { recursive: true, force: true });
  }

  async isOf(auditor: string, id: string): Promise<boolean> {
    return (await this.read(id))?.auditor === auditor;
  }

  /** After a start: no submitted file stays, and nothing of jobs from before `sinceMs`. */
  async sweep(sinceMs: number): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    for (const id of await readdir(this.root)) {
      const job = await this.read(id);
      await (job === null || job.submittedAtMs < sinceMs ? this.remove(id) : this.dropMedia(id));
    }
  }

  private async read(id: string): Promise<z.infer<typeof jobFile> | null> {
    try {
      const text = await readFile(join(this.root, id, 'job.json'), 'utf8');
      return jobFile.parse(JSON.parse(text));
    } catch {
      // None, or one that a crash cut short.
      return null;
    }
  }
}
