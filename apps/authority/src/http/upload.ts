import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import multipart from '@fastify/multipart';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Database } from '@guise/persistence';
import type { AuthorityConfig } from '../config.js';
import { noteUpload } from '../idempotency/claimed-transactions.js';
import { Files } from '../ports/files.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { ProblemError } from './problem-error.js';

/** What a route takes as multipart/form-data. */
export interface UploadForm {
  /** Name of the one file part. */
  readonly file: string;
  readonly maxBytes: number;
  /** Names of the text parts, all required. */
  readonly fields?: readonly string[];
}

/** A received upload. The file is deleted when the work on it ends. */
export interface Upload {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal SHA-256 of the file. */
  readonly sha256: string;
  readonly fields: Readonly<Record<string, string>>;
}

const MAX_FIELD_BYTES = 16 * 1024;
const MAX_PARTS = 8;

/** Parts are bounded in number and length before any is read; file sizes are bounded by each route. */
export async function registerMultipart(app: NestFastifyApplication): Promise<void> {
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      parts: MAX_PARTS,
      files: 1,
      fields: MAX_PARTS - 1,
      fieldSize: MAX_FIELD_BYTES,
      fieldNameSize: 100,
      headerPairs: 20,
    },
  });
}

/** Files from outside: streamed to a folder of their own, never kept. */
@Injectable()
export class Uploads implements OnApplicationBootstrap {
  private readonly folder: string;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly files: Files,
  ) {
    this.folder = join(config.dataDir, 'incoming');
  }

  /** What a crash left behind goes first. With another process beside this one, what lies there may be its own. */
  async onApplicationBootstrap(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    if (!this.database.presence.isAlone) return;
    for (const name of await readdir(this.folder)) await rm(join(this.folder, name), { force: true });
  }

  /**
   * Receives the form, hands it to `work`, and deletes the file whatever happens.
   * @throws ProblemError `unsupported-media`, `payload-too-large`, `bad-request`
   */
  async receive<T>(
    request: FastifyRequest,
    form: UploadForm,
    work: (upload: Upload) => Promise<T>,
  ): Promise<T> {
    if (!request.isMultipart())
      throw new ProblemError('unsupported-media', { detail: 'Send multipart/form-data.' });
    const path = join(this.folder, randomBytes(16).toString('hex'));
    try {
      const upload = await this.read(request, form, path);
      noteUpload(digestOf(upload));
      return await work(upload);
    } finally {
      await rm(path, { force: true });
    }
  }

  private async read(request: FastifyRequest, form: UploadForm, path: string): Promise<Upload> {
    let file: { bytes: number; sha256: string } | undefined;
    const fields: Record<string, string> = {};
    for await (const part of request.parts({ limits: { fileSize: form.maxBytes } })) {
      if (part.type === 'file') {
        if (part.fieldname !== form.file || file !== undefined) throw unexpected(part.fieldname);
        file = await store(this.files, part.file, path, form.maxBytes);
      } else {
        if (form.fields?.includes(part.fieldname) !== true) throw unexpected(part.fieldname);
        fields[part.fieldname] = String(part.value);
      }
    }
    const missing = (form.fields ?? []).find((name) => fields[name] === undefined);
    if (missing !== undefined) throw missingPart(missing);
    if (file === undefined) throw missingPart(form.file);
    return { path, ...file, fields };
  }
}

/** What was uploaded, whatever its parts were called by their sender or divided by. */
export function digestOf({ sha256, fields }: Pick<Upload, 'sha256' | 'fields'>): string {
  const named = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([sha256, named]))
    .digest('base64url');
}

async function store(
  files: Files,
  source: Readable,
  path: string,
  maxBytes: number,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(source, meter, (chunks: AsyncIterable<Uint8Array>) => files.create(path, chunks));
  // The parser cuts a longer file at its limit and says so.
  if ('truncated' in source && source.truncated === true) {
    throw new ProblemError('payload-too-large', {
      detail: `The file may have at most ${Math.floor(maxBytes / 2 ** 20)} MiB.`,
    });
  }
  return { bytes, sha256: hash.digest('hex') };
}

function unexpected(name: string): ProblemError {
  return new ProblemError('bad-request', {
    errors: [{ pointer: `/${name.slice(0, 100)}`, reason: 'unexpected part' }],
  });
}

function missingPart(name: string): ProblemError {
  return new ProblemError('bad-request', { errors: [{ pointer: `/${name}`, reason: 'missing part' }] });
}
