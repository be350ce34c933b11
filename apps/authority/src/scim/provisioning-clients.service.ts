import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  findProvisioningClient,
  insertProvisioningClient,
  LedgerOutbox,
  listProvisioningClients,
  revokeProvisioningClient,
  rotateProvisioningClient,
  touchProvisioningClient,
  type Database,
  type ProvisioningClientRecord,
  type Transaction,
} from '@guise/persistence';
import { SCIM_TOKEN } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { Authenticator } from '../http/authenticator.js';
import type { ProvisioningPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';

const MAX_LISTED = 100;
const TOUCH_MS = 60_000;

/** The programs that may provision persons, and their tokens: stored hashed, shown once, ended by any admin at once. */
@Injectable()
export class ProvisioningClients implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly authenticator: Authenticator,
  ) {}

  onModuleInit(): void {
    this.authenticator.use('provisioning', (request) => this.find(request));
  }

  /** @throws ProblemError `conflict` when its subjects would be of a provider that is not configured */
  async create({ name, linksSubjects }: { name: string; linksSubjects: boolean }, admin: string) {
    if (linksSubjects && this.config.oidc === null) {
      throw new ProblemError('conflict', {
        detail: 'No OpenID provider is configured: set GUISE_OIDC_ISSUER first.',
      });
    }
    const id = this.random.id('provisioningClient');
    const token = this.newToken();
    await this.database.transaction(async (tx) => {
      const createdAt = this.clock.now();
      const tokenHash = hashToken(token);
      await insertProvisioningClient(tx, {
        id,
        name,
        linksSubjects,
        createdById: admin,
        createdAt,
        tokenHash,
      });
      await this.tell(tx, id, 'none', 'active', admin);
    });
    return { id, token };
  }

  async list() {
    const clients = await listProvisioningClients(this.database.client, MAX_LISTED);
    return { clients: clients.map(describe) };
  }

  /** A new token; the old one ends with it. @throws ProblemError `not-found` */
  async rotate(id: string, admin: string) {
    const token = this.newToken();
    await this.database.transaction(async (tx) => {
      const next = { tokenHash: hashToken(token), rotatedAt: this.clock.now() };
      if (!(await rotateProvisioningClient(tx, id, next))) throw new ProblemError('not-found');
      await this.tell(tx, id, 'active', 'rotated', admin);
    });
    return { id, token };
  }

  /** For good. Whom it provisioned stays as they are. @throws ProblemError `not-found` */
  async revoke(id: string, admin: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await revokeProvisioningClient(tx, id, this.clock.now()))) throw new ProblemError('not-found');
      await this.tell(tx, id, 'active', 'revoked', admin);
    });
  }

  private newToken(): string {
    return `scim_${this.random.token()}`;
  }

  private async find(request: FastifyRequest): Promise<ProvisioningPrincipal | undefined> {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    if (!SCIM_TOKEN.test(token)) return undefined;
    const client = await findProvisioningClient(this.database.client, hashToken(token));
    if (client === null) return undefined;
    await touchProvisioningClient(this.database.client, client.id, this.clock.now(), TOUCH_MS);
    return { kind: 'provisioning', clientId: client.id, linksSubjects: client.linksSubjects };
  }

  private async tell(tx: Transaction, subject: string, from: string, to: string, by: string): Promise<void> {
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'status-change',
      at: this.clock.nowSeconds(),
      subject,
      from,
      to,
      reason: `by ${by}`,
    });
  }
}

function describe(client: ProvisioningClientRecord) {
  const { id, name, state, linksSubjects, createdById, createdAt, rotatedAt, revokedAt, lastUsedAt } = client;
  return {
    id,
    name,
    state,
    linksSubjects,
    createdBy: createdById,
    createdAt: toSeconds(createdAt),
    rotatedAt: rotatedAt && toSeconds(rotatedAt),
    revokedAt: revokedAt && toSeconds(revokedAt),
    lastUsedAt: lastUsedAt && toSeconds(lastUsedAt),
  };
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);
