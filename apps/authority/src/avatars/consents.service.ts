import { Inject, Injectable } from '@nestjs/common';
import {
  decideConsent,
  decideConsentOffer,
  decideRequestAnswer,
  decideWithdrawal,
  supersededBy,
  termsOf,
  type Actor,
} from '@guise/consent';
import {
  answerConsentRequest,
  countPersons,
  findConsent,
  findConsentAvatar,
  insertConsent,
  LedgerOutbox,
  listRoleHolders,
  lockAvatar,
  lockConsentRequest,
  type AvatarRecord,
  type Database,
  type Transaction,
} from '@guise/persistence';
import {
  consentScope,
  consentStatement,
  personId,
  type ConsentOfferRequest,
  type ConsentScope,
  type ConsentStatement,
  type SignedStatement,
} from '@guise/protocol';
import { Decisions } from '../decisions/decisions.js';
import { ProblemError } from '../http/problem-error.js';
import { PasskeyUse } from '../passkeys/passkey-use.js';
import { StatementsService } from '../passkeys/statements.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { AvatarChanges } from './avatar-changes.js';
import { AvatarsService } from './avatars.service.js';
import { ConsentNotice } from './consent-notice.js';
import type { PersonPrincipal } from '../http/principal.js';

/** As the signed statement holds them. */
const MAX_WEARERS = 100;

/** The subject's consent: offered as a statement, signed with a passkey, amended by a new one, withdrawn with one click. */
@Injectable()
export class ConsentsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly avatars: AvatarsService,
    private readonly statements: StatementsService,
    private readonly passkeyUse: PasskeyUse,
    private readonly changes: AvatarChanges,
    private readonly ledger: LedgerOutbox,
    private readonly notice: ConsentNotice,
    private readonly decisions: Decisions,
  ) {}

  async offer(subject: PersonPrincipal, avatarId: string, request: ConsentOfferRequest) {
    return this.offerScope(subject, avatarId, await this.nameWearers(request));
  }

  /** @param request the consent request that the scope answers */
  async offerScope(subject: PersonPrincipal, avatarId: string, scope: ConsentScope, request?: string) {
    const avatar = await this.avatars.read(subject, avatarId);
    await this.decisions.check({ topic: 'consent', person: subject.personId, avatar: avatarId }, (policy) =>
      decideConsentOffer(avatar, actorOf(subject), scope, policy, this.clock.nowSeconds()),
    );
    await this.requireKnownWearers(termsOf(scope).flatMap(({ wearers }) => wearers));
    const { sha256, locale } = this.notice.read();
    const superseded = supersededBy(avatar);
    return this.statements.offer('consent', subject.personId, avatarId, {
      type: 'guise.consent.v1',
      id: this.random.id('consent'),
      avatar: avatar.id,
      avatarSha256: avatar.sha256,
      subject: subject.personId,
      sourceFace: avatar.sourceFace,
      ...scope,
      ...(superseded === null ? {} : { supersedes: superseded.id }),
      ...(request === undefined ? {} : { request }),
      noticeSha256: sha256,
      locale,
      issuedAt: this.clock.nowSeconds(),
      nonce: this.random.token(),
    });
  }

  async give(subject: PersonPrincipal, avatarId: string, signed: SignedStatement) {
    const verified = await this.statements.verify('consent', subject.personId, avatarId, signed);
    const statement = consentStatement.parse(JSON.parse(verified.statement));
    const about = { topic: 'consent', person: subject.personId, avatar: avatarId } as const;
    return this.decisions.keep(about, async ({ tx, policy, note }) => {
      const avatar = await lockExisting(tx, avatarId);
      const decision = decideConsent(
        avatar,
        actorOf(subject),
        statement,
        verified.sha256,
        policy,
        this.clock.nowSeconds(),
      );
      note(decision.rules, avatarId);
      await this.passkeyUse.advance(tx, verified.verified);
      const supersedes = statement.supersedes ?? null;
      if (supersedes !== null) await this.changes.withdrawConsent(tx, supersedes, subject.personId);
      await insertConsent(tx, avatar, decision.made, { ...verified, supersedes }, this.clock.now());
      if (statement.request !== undefined) await this.acceptRequest(tx, subject, statement);
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'consent-given',
        at: this.clock.nowSeconds(),
        consent: statement.id,
        person: personId.parse(subject.personId),
        ...verified.evidence,
      });
      await this.changes.store(tx, avatar, decision.next, subject.personId);
      return this.describe(tx, statement.id);
    });
  }

  /** The signed consent is the subject's yes: the request must still be open. */
  private async acceptRequest(tx: Transaction, subject: PersonPrincipal, statement: ConsentStatement) {
    const request = await lockConsentRequest(tx, statement.request ?? '');
    if (request?.avatarId !== statement.avatar) throw new ProblemError('not-found');
    decideRequestAnswer(request, actorOf(subject), this.clock.nowSeconds());
    const answer = { state: 'accepted', consentId: statement.id } as const;
    await answerConsentRequest(tx, request.id, answer, this.clock.nowSeconds());
  }

  /** One click, no reason, effective at once. Repeating it changes nothing. */
  async withdraw(subject: PersonPrincipal, consentId: string) {
    return this.decisions.keep({ topic: 'withdrawal', person: subject.personId }, async ({ tx, note }) => {
      const avatarId = await findConsentAvatar(tx, consentId);
      const avatar = avatarId === null ? null : await lockAvatar(tx, avatarId);
      if (avatar?.subject !== subject.personId) throw new ProblemError('not-found');
      if (avatar.consent?.id === consentId && avatar.consent.state === 'given') {
        const { next, rules } = decideWithdrawal(avatar, actorOf(subject));
        note(rules, avatar.id);
        await this.changes.store(tx, avatar, next, subject.personId);
      }
      return this.describe(tx, consentId);
    });
  }

  /** The subject refuses an avatar that waits for consent, or withdraws it with the consent. */
  async refuse(subject: PersonPrincipal, avatarId: string): Promise<AvatarRecord> {
    await this.avatars.read(subject, avatarId);
    const about = { topic: 'withdrawal', person: subject.personId, avatar: avatarId } as const;
    return this.decisions.keep(about, async ({ tx, note }) => {
      const avatar = await lockExisting(tx, avatarId);
      const { next, rules } = decideWithdrawal(avatar, actorOf(subject));
      note(rules, avatarId);
      await this.changes.store(tx, avatar, next, subject.personId);
      return { ...avatar, ...next };
    });
  }

  /** Persons only: what is signed today does not change with who joins a group tomorrow. */
  private async nameWearers({ groups, ...request }: ConsentOfferRequest): Promise<ConsentScope> {
    const members =
      groups === undefined ? [] : await listRoleHolders(this.database.client, groups, MAX_WEARERS + 1);
    const scope = consentScope.safeParse({
      ...request,
      wearers: [...new Set([...request.wearers, ...members])],
    });
    if (scope.success) return scope.data;
    throw new ProblemError('bad-request', {
      errors: [{ pointer: '/wearers', reason: `names one to ${String(MAX_WEARERS)} persons` }],
    });
  }

  private async requireKnownWearers(wearers: readonly string[]): Promise<void> {
    const distinct = [...new Set(wearers)];
    if ((await countPersons(this.database.client, distinct)) === distinct.length) return;
    throw new ProblemError('bad-request', {
      errors: [{ pointer: '/wearers', reason: 'names an unknown person' }],
    });
  }

  private async describe(tx: Transaction, id: string) {
    const consent = await findConsent(tx, id);
    if (consent === null) throw new ProblemError('not-found');
    return {
      id: consent.id,
      sha256: consent.sha256,
      avatar: consent.avatarId,
      state: consent.state,
      givenAt: consent.givenAt,
      withdrawnAt: consent.withdrawnAt,
    };
  }
}

export async function lockExisting(tx: Transaction, avatarId: string): Promise<AvatarRecord> {
  const avatar = await lockAvatar(tx, avatarId);
  if (avatar === null) throw new ProblemError('not-found');
  return avatar;
}

export function actorOf(person: PersonPrincipal): Actor {
  return { id: person.personId, roles: person.roles };
}
