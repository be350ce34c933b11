import { Injectable } from '@nestjs/common';
import { decideApproval, decideApprovalOffer, decideSuspension } from '@guise/consent';
import { findAvatar, insertApproval, LedgerOutbox, type AvatarRecord } from '@guise/persistence';
import { approvalStatement, personId, type ApprovalDecision, type SignedStatement } from '@guise/protocol';
import { Decisions } from '../decisions/decisions.js';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { PasskeyUse } from '../passkeys/passkey-use.js';
import { StatementsService } from '../passkeys/statements.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { AvatarChanges } from './avatar-changes.js';
import { AvatarsService } from './avatars.service.js';
import { actorOf, lockExisting } from './consents.service.js';

/** Admins' signed decisions on exactly one version under exactly one consent. */
@Injectable()
export class ApprovalsService {
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly avatars: AvatarsService,
    private readonly statements: StatementsService,
    private readonly passkeyUse: PasskeyUse,
    private readonly changes: AvatarChanges,
    private readonly ledger: LedgerOutbox,
    private readonly decisions: Decisions,
  ) {}

  async offer(admin: PersonPrincipal, avatarId: string, decision: ApprovalDecision) {
    const avatar = await this.avatars.read(admin, avatarId);
    await this.decisions.check({ topic: 'approval', person: admin.personId, avatar: avatarId }, (policy) =>
      decideApprovalOffer(avatar, actorOf(admin), decision, policy),
    );
    return this.statements.offer('approval', admin.personId, avatarId, {
      type: 'guise.approval.v1',
      id: this.random.id('approval'),
      avatar: avatar.id,
      avatarSha256: avatar.sha256,
      consentSha256: avatar.consent?.sha256,
      approver: admin.personId,
      decision,
      ...(decision === 'resume' ? { suspension: avatar.suspensions } : {}),
      issuedAt: this.clock.nowSeconds(),
      nonce: this.random.token(),
    });
  }

  /** The last approval needed makes the avatar active, and the second resumption again, in the same transaction. */
  async give(admin: PersonPrincipal, avatarId: string, signed: SignedStatement): Promise<AvatarRecord> {
    const verified = await this.statements.verify('approval', admin.personId, avatarId, signed);
    const statement = approvalStatement.parse(JSON.parse(verified.statement));
    const about = { topic: 'approval', person: admin.personId, avatar: avatarId } as const;
    return this.decisions.keep(about, async ({ tx, policy, note }) => {
      const avatar = await lockExisting(tx, avatarId);
      const decision = decideApproval(
        avatar,
        actorOf(admin),
        statement,
        verified.sha256,
        policy,
        this.clock.nowSeconds(),
      );
      note(decision.rules, avatarId);
      await this.passkeyUse.advance(tx, verified.verified);
      await insertApproval(tx, avatar, { ...decision.made, id: statement.id }, verified, this.clock.now());
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'approval',
        at: this.clock.nowSeconds(),
        approval: statement.id,
        person: personId.parse(admin.personId),
        ...verified.evidence,
      });
      await this.changes.store(tx, avatar, decision.next, admin.personId);
      const stored = await findAvatar(tx, avatarId);
      if (stored === null) throw new ProblemError('not-found');
      return stored;
    });
  }

  /** Stops an avatar at once: whoever wears it sees the slate. */
  async suspend(admin: PersonPrincipal, avatarId: string): Promise<AvatarRecord> {
    const about = { topic: 'suspension', person: admin.personId, avatar: avatarId } as const;
    return this.decisions.keep(about, async ({ tx, note }) => {
      const avatar = await lockExisting(tx, avatarId);
      const { next, rules } = decideSuspension(avatar, actorOf(admin));
      note(rules, avatarId);
      await this.changes.store(tx, avatar, next, admin.personId);
      return { ...avatar, ...next };
    });
  }
}
