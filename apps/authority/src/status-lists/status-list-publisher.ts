import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { issueStatusList, packPermitStatuses, type PermitStatus } from '@guise/permit';
import { readStatusList, type Database } from '@guise/persistence';
import { ProblemError } from '../http/problem-error.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { Clock } from '../ports/clock.js';
import { DATABASE } from '../ports/tokens.js';
import { StatusLists } from './status-lists.service.js';

/** How long a caller may keep an answer; it is signed anew for the same content after this time as well. */
export const STATUS_TTL_SECONDS = 30;
/** How long an answer may be relied on: a caller may fail to get a fresh one for a while. */
const STATUS_LIFE_SECONDS = 120;
/** A change is served after this time at the latest; asking more often costs nothing. */
const LOOK_EVERY_MS = 1_000;
/** Lists in use at a time are one or two; what is more was asked for long ago. */
const MAX_CACHED = 8;

export interface PublishedStatusList {
  readonly token: string;
  readonly etag: string;
}

interface Build extends PublishedStatusList {
  /** Of the key and the content: what changes makes a new token, whatever its age. */
  readonly digest: string;
  readonly iat: number;
  readonly lookedMs: number;
}

/** Signs status lists, and serves the same token until the list changes or the token grows old. */
@Injectable()
export class StatusListPublisher {
  private readonly builds = new Map<string, Promise<Build>>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    private readonly lists: StatusLists,
  ) {}

  /** @throws ProblemError `not-found` */
  async published(id: string): Promise<PublishedStatusList> {
    const known = this.builds.get(id);
    const build = await known?.catch(() => undefined);
    if (build !== undefined && this.clock.nowMs() - build.lookedMs < LOOK_EVERY_MS) return build;
    // Who comes while another looks waits for the same look.
    if (this.builds.get(id) !== known) return this.published(id);
    const next = this.look(id, build);
    this.remember(id, next);
    return next;
  }

  private remember(id: string, next: Promise<Build>): void {
    this.builds.delete(id);
    this.builds.set(id, next);
    next.catch(() => this.builds.delete(id));
    const [oldest] = this.builds.keys();
    if (oldest !== undefined && this.builds.size > MAX_CACHED) this.builds.delete(oldest);
  }

  private async look(id: string, before: Build | undefined): Promise<Build> {
    const lookedMs = this.clock.nowMs();
    const entries = await readStatusList(this.database.client, id);
    if (entries === null) throw new ProblemError('not-found', { detail: 'There is no such status list.' });
    const statuses = packPermitStatuses(entries.map(({ index, status }) => [index, nameOf(status)]));
    const iat = this.clock.nowSeconds();
    const signer = this.keys.signer('permit', iat);
    const digest = createHash('sha256').update(signer.kid).update(statuses.bytes).digest('base64url');
    if (before?.digest === digest && iat - before.iat < STATUS_TTL_SECONDS) return { ...before, lookedMs };
    const about = { uri: this.lists.uriOf(id), iat, exp: iat + STATUS_LIFE_SECONDS };
    const token = await issueStatusList({ ...about, ttlSeconds: STATUS_TTL_SECONDS, statuses }, signer);
    const etag = `"${createHash('sha256').update(token).digest('base64url')}"`;
    return { token, etag, digest, iat, lookedMs };
  }
}

const nameOf = (status: number): PermitStatus => (status === 2 ? 'suspended' : 'invalid');
