import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openTestAuthority, type TestAuthority } from './authority.js';
import { createServerDatabase, dropServerDatabase, type DatabaseKind } from './databases.js';

/** A data folder and its database that outlive the process using them, and can be copied. */
export interface LastingDatabase {
  readonly env: Readonly<Record<string, string>>;
  /** Opens an authority on it in this process. */
  open(): Promise<TestAuthority>;
  /** A copy of folder and database. Nobody may use this one meanwhile. */
  copy(folder: string): Promise<LastingDatabase>;
  drop(): Promise<void>;
}

export async function openLasting(kind: DatabaseKind, folder: string): Promise<LastingDatabase> {
  await mkdir(folder, { recursive: true });
  return lasting(kind, folder, kind === 'postgresql' ? await createServerDatabase(newName()) : undefined);
}

function lasting(kind: DatabaseKind, folder: string, url: string | undefined): LastingDatabase {
  const env = { GUISE_DATA_DIR: folder, ...(url === undefined ? {} : { DATABASE_URL: url }) };
  const self: LastingDatabase = {
    env,
    open: () => openTestAuthority(kind, { lasting: self }),
    copy: async (target) => {
      await cp(folder, target, { recursive: true });
      const copied = url === undefined ? undefined : await createServerDatabase(newName(), url);
      return lasting(kind, target, copied);
    },
    drop: async () => {
      if (url !== undefined) await dropServerDatabase(url);
      await rm(join(folder), { recursive: true, force: true });
    },
  };
  return self;
}

function newName(): string {
  return `guise_test_${randomBytes(8).toString('hex')}`;
}
