import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  findIdentityPerson,
  findPerson,
  forgetSignals,
  insertSignal,
  isSignalKnown,
  LedgerOutbox,
  listLiveSessions,
  lockWearSession,
  type Database,
} from '@guise/persistence';
import { ZodError } from 'zod';
import type { AuthorityConfig } from '../config.js';
import { DeviceRevoker } from '../devices/device-revoker.js';
import { ProblemError } from '../http/problem-error.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { SignIns } from '../sign-ins/sign-ins.js';
import {
  readSignal,
  REMEMBERED_SECONDS,
  type SetClaims,
  type Signal,
  type SubjectName,
} from './security-event.js';
import { createSetVerifier, SetError, type SetVerifier } from './set-verifier.js';

/**
 * Receives what the organisation's identity system says of its people (OpenID Shared Signals 1.0, CAEP 1.0): their sign-ins and
 * running sessions end. Each event counts once; an event about nobody here is answered like one about somebody.
 */
@Injectable()
export class SharedSignals {
  private readonly verifier: SetVerifier | null;

  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly signIns: SignIns,
    private readonly devices: DeviceRevoker,
    private readonly ender: SessionEnder,
    private readonly notices: PersonNotices,
    private readonly ledger: LedgerOutbox,
  ) {
    this.verifier = config.ssf === null ? null : createSetVerifier(config.ssf);
  }

  /**
   * @param authorization the header, as it came
   * @param token the body: a security event token
   * @throws SetError, ProblemError `not-found` when no transmitter is configured
   */
  async receive(authorization: string | undefined, token: unknown): Promise<void> {
    const { ssf } = this.config;
    if (this.verifier === null || ssf === null) throw new ProblemError('not-found');
    if (!isSame(authorization ?? '', `Bearer ${ssf.bearer}`)) {
      throw new SetError('authentication_failed', 'Send the token that was agreed on as a bearer.');
    }
    if (typeof token !== 'string') {
      throw new SetError('invalid_request', 'Send the event as application/secevent+jwt.');
    }
    const claims = await this.verifier(token, this.clock.nowSeconds());
    const signal = parseSignal(claims);
    if (signal !== null) await this.act(signal, claims);
  }

  /** Sessions first and last: should this process die in between, the transmitter sends again, and it all is done. */
  private async act(signal: Signal, claims: SetClaims): Promise<void> {
    const person = signal.subject === null ? null : await this.find(signal.subject);
    if (person !== null && !(await isSignalKnown(this.database.client, idOf(claims))))
      await this.endSessions(person, signal);
    const isNew = await this.store(signal, claims, person);
    if (isNew && person !== null) await this.endSessions(person, signal);
  }

  private async find(subject: SubjectName): Promise<string | null> {
    const { client } = this.database;
    if (subject.kind === 'identity') return findIdentityPerson(client, subject);
    return (await findPerson(client, subject.id))?.id ?? null;
  }

  /** @returns false when the event was stored before */
  private store(signal: Signal, claims: SetClaims, person: string | null): Promise<boolean> {
    const now = this.clock.now();
    return this.database.transaction(async (tx) => {
      await forgetSignals(tx, new Date(now.getTime() - REMEMBERED_SECONDS * 1000));
      const isNew = await insertSignal(tx, {
        id: idOf(claims),
        event: signal.name,
        personId: person,
        receivedAt: now,
      });
      if (!isNew || person === null) return isNew;
      await this.signIns.endAll(tx, person);
      if (signal.endsDevices) await this.devices.endAll(tx, person);
      await this.notices.tell(tx, person, 'signal-received');
      await this.ledger.stage(tx, {
        ...{ v: 1, kind: 'status-change', at: this.clock.nowSeconds(), subject: person },
        ...{ from: 'signed-in', to: 'signed-out', reason: `caep ${signal.name}` },
      });
      return true;
    });
  }

  /** In a transaction each, sessions first, as everywhere: the permits end with them. */
  private async endSessions(personId: string, { name }: Signal): Promise<void> {
    const refusal = {
      code: `signal-${name}`,
      message: 'Your organisation ended your sessions. Sign in again.',
    };
    for (const { id, deviceId } of await listLiveSessions(this.database.client, { personId })) {
      await this.database.transaction(async (tx) => {
        const session = await lockWearSession(tx, id, deviceId);
        if (session?.state === 'live') await this.ender.revoke(tx, [session], [refusal]);
      });
    }
  }
}

function parseSignal(claims: SetClaims): Signal | null {
  try {
    return readSignal(claims);
  } catch (error) {
    if (error instanceof ZodError)
      throw new SetError('invalid_request', 'The event is not of its form (CAEP 1.0).');
    throw error;
  }
}

/** One transmitter's `jti` is its own. */
const idOf = ({ iss, jti }: SetClaims): string =>
  createHash('sha256')
    .update(JSON.stringify([iss, jti]))
    .digest('hex');

function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
