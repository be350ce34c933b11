import { Inject, Injectable } from '@nestjs/common';
import { verifySessionOpening, PermitError } from '@guise/permit';
import {
  findWearSessionByNumber,
  insertWearSession,
  isUniqueViolation,
  LedgerOutbox,
  statementsIn,
  type Database,
  type Transaction,
  type WornSession,
} from '@guise/persistence';
import {
  avatarId,
  deviceId,
  personId,
  PERMIT_MAX_SECONDS,
  SESSION_NUMBER_BITS,
  sessionId,
  type PermitRequest,
  type SessionOpening,
} from '@guise/protocol';
import { Decisions } from '../decisions/decisions.js';
import type { DevicePrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { KeyStore } from '../keys/key-store.js';
import { LedgerSequencer } from '../ledger/ledger-sequencer.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { StatusLists } from '../status-lists/status-lists.service.js';
import { PermitIssuer, type IssuedPermit } from './permit-issuer.js';
import { isGrant, WearGrants, type Refusal, type WearGrant } from './wear-grants.js';

/** A session opening is made for one request: it may be this old, and hardly from the future. */
const OPENING_MAX_AGE_SECONDS = 60;
const OPENING_MAX_FUTURE_SECONDS = 10;

interface Outcome {
  readonly session: string;
  readonly permit: IssuedPermit;
}

/** The decision whether a device may render an avatar now, and its renewal. */
@Injectable()
export class PermitsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly keys: KeyStore,
    private readonly ledger: LedgerOutbox,
    private readonly sequencer: LedgerSequencer,
    private readonly grants: WearGrants,
    private readonly issuer: PermitIssuer,
    private readonly ender: SessionEnder,
    private readonly statusLists: StatusLists,
    private readonly decisions: Decisions,
  ) {}

  /** @throws ProblemError `permit-denied` with every reason, `session-closed`, `session-mismatch`, `bad-request` */
  async issue(device: DevicePrincipal, request: PermitRequest) {
    const { session } = request;
    if ((session === undefined) === (request.opening === undefined)) {
      throw new ProblemError('bad-request', {
        detail: 'Send an opening for a new session, or the session to renew; not both.',
      });
    }
    const outcome = await this.decisions.keepRefusals(aboutWear(device, request), () =>
      session === undefined
        ? this.open(device, request, request.opening ?? '')
        : this.renew(device, request, session),
    );
    return {
      permit: outcome.permit.jws,
      session: outcome.session,
      expiresAt: outcome.permit.claims.exp,
      watermarkKey: Buffer.from(await this.keys.secret('watermark')).toString('base64url'),
    };
  }

  private async open(device: DevicePrincipal, request: PermitRequest, opening: string): Promise<Outcome> {
    const statusList = await this.statusLists.current();
    const outcome = await this.database.transaction(async (tx): Promise<Outcome> => {
      const sql = statementsIn(tx);
      const grant = await this.grants.decide(sql, { ...request, ...ownerOf(device) });
      if (!isGrant(grant)) throw denied(grant);
      const parsed = await this.verifyOpening(opening, grant);
      const session = await this.insertSession(tx, request, grant, { jws: opening, parsed });
      const ttlSeconds = request.ttlSeconds ?? PERMIT_MAX_SECONDS;
      await this.decisions.keepAllowed(tx, aboutWear(device, request), grant.rules, grant.policyVersion);
      return {
        session: session.id,
        permit: await this.issuer.issue(sql, { session, grant, ttlSeconds, statusList }),
      };
    });
    // The key chain is logged before the first frame can be rendered (DESIGN §8).
    await this.sequencer.publish();
    return outcome;
  }

  private async renew(device: DevicePrincipal, request: PermitRequest, id: string): Promise<Outcome> {
    // Asked before the transaction: on the embedded database nothing else is read within one.
    const statusList = await this.statusLists.current();
    const outcome = await this.database.statements.transaction(
      async (sql): Promise<Outcome | readonly Refusal[]> => {
        const decided = await this.grants.decideSession(sql, id, ownerOf(device));
        if (decided === null) throw new ProblemError('not-found');
        const { session, outcome: grant } = decided;
        if (session.state !== 'live') throw new ProblemError('session-closed');
        requireSameWish(session, request);
        if (!isGrant(grant)) return grant;
        if (grant.consent.id !== session.consentId || grant.face.id !== session.sourceFaceId) {
          throw new ProblemError('session-mismatch', { detail: 'The consent changed: start a new session.' });
        }
        const ttlSeconds = request.ttlSeconds ?? PERMIT_MAX_SECONDS;
        return {
          session: id,
          permit: await this.issuer.issue(sql, { session, grant, ttlSeconds, statusList }),
        };
      },
    );
    if ('permit' in outcome) return outcome;
    // What was refused once does not go on, whatever was restored meanwhile.
    throw denied(await this.database.transaction((tx) => this.ender.revoke(tx, [{ id }], outcome)));
  }

  private async verifyOpening(jws: string, { device, avatar }: WearGrant): Promise<SessionOpening> {
    const opening = await verifySessionOpening(jws, device.publicJwk).catch((error: unknown) => {
      if (!(error instanceof PermitError)) throw error;
      throw new ProblemError('session-mismatch', { detail: `Session opening: ${error.message}.` });
    });
    if (opening.avatarSha256 !== avatar.sha256) {
      throw new ProblemError('session-mismatch', { detail: 'The opening names another avatar bundle.' });
    }
    const age = this.clock.nowSeconds() - opening.iat;
    if (age > OPENING_MAX_AGE_SECONDS || age < -OPENING_MAX_FUTURE_SECONDS) {
      throw new ProblemError('session-mismatch', {
        detail: 'The opening is not from now: set the clock right.',
      });
    }
    return opening;
  }

  private async insertSession(
    tx: Transaction,
    request: PermitRequest,
    grant: WearGrant,
    opening: { readonly jws: string; readonly parsed: SessionOpening },
  ) {
    const { device, avatar, consent, face } = grant;
    const at = this.clock.nowSeconds();
    const session = {
      id: this.random.id('session'),
      number: await this.drawNumber(tx),
      personId: device.personId,
      deviceId: device.id,
      avatarId: avatar.id,
      consentId: consent.id,
      sourceFaceId: face.id,
      purpose: request.purpose,
      audience: request.audience,
      meeting: request.meeting ?? null,
      opening: opening.jws,
      chainEnd: opening.parsed.chainEnd,
      chainLength: opening.parsed.chainLength,
      openedAt: at,
    };
    await insertWearSession(tx, session).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new ProblemError('session-mismatch', {
        detail: 'The opening was used before: make a new key chain for every session.',
      });
    });
    await this.ledger.stage(tx, {
      v: 1,
      kind: 'session-opened',
      at,
      session: sessionId.parse(session.id),
      sessionNumber: session.number,
      person: personId.parse(device.personId),
      device: deviceId.parse(device.id),
      avatar: avatarId.parse(avatar.id),
      opening: opening.jws,
      jwk: device.publicJwk,
    });
    return session;
  }

  /** 44 random bits, never 0 and never used before: a mark names one session for ever. */
  private async drawNumber(tx: Transaction): Promise<number> {
    for (;;) {
      const drawn =
        this.random.bytes(6).reduce((value, byte) => value * 256 + byte, 0) % 2 ** SESSION_NUMBER_BITS;
      if (drawn !== 0 && (await findWearSessionByNumber(tx, drawn)) === null) return drawn;
    }
  }
}

const aboutWear = ({ personId }: DevicePrincipal, { avatar }: PermitRequest) =>
  ({ topic: 'wear', person: personId, avatar }) as const;

const ownerOf = ({ personId, deviceId }: DevicePrincipal) => ({ personId, deviceId });

function requireSameWish(session: WornSession, request: PermitRequest): void {
  const same =
    session.avatarId === request.avatar &&
    session.purpose === request.purpose &&
    session.audience === request.audience &&
    session.meeting === (request.meeting ?? null);
  if (!same) {
    throw new ProblemError('session-mismatch', {
      detail: 'A session keeps its avatar, purpose, audience and meeting: start a new one.',
    });
  }
}

function denied(refusals: readonly Refusal[]): ProblemError {
  return new ProblemError('permit-denied', {
    reasons: refusals.map(({ code, message }) => ({ code, message })),
  });
}
