import { Inject, Injectable } from '@nestjs/common';
import { decideApproval, decideApprovalOffer, decideSuspension } from '@guise/consent';
import {
  findAvatar,
  insertApproval,
  LedgerOutbox,
  type AvatarRecord,
  type Database,
} from '@guise/persistence';
import { approvalStatement, personId, type ApprovalDecision, type SignedStatement } from '@guise/protocol';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { PasskeyUse } from '../passkeys/passkey-use.js';
import { StatementsService } from '../passkeys/statements.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { AvatarChanges } from './avatar-changes.js';
import { AvatarsService } from './avatars.service.js';
import { actorOf, lockExisting } from './consents.service.js';

/** Admins' signed decisions on exactly one version under exactly one consent. */
@Injectable()
export class ApprovalsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly avatars: AvatarsService,
    private readonly statements: StatementsService,
    private readonly passkeyUse: PasskeyUse,
    private readonly changes: AvatarChanges,
    private readonly ledger: LedgerOutbox,
  ) {}

  async offer(admin: PersonPrincipal, avatarId: string, decision: ApprovalDecision) {
    const avatar = await this.avatars.read(admin, avatarId);
    decideApprovalOffer(avatar, actorOf(admin), decision);
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
    return this.database.transaction(async (tx) => {
      const avatar = await lockExisting(tx, avatarId);
      const decision = decideApproval(
        avatar,
        actorOf(admin),
        statement,
        verified.sha256,
        this.clock.nowSeconds(),
      );
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
    return this.database.transaction(async (tx) => {
      const avatar = await lockExisting(tx, avatarId);
      const { next } = decideSuspension(avatar, actorOf(admin));
      await this.changes.store(tx, avatar, next, admin.personId);
      return { ...avatar, ...next };
    });
  }
}
