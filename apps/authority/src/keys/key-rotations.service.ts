import { Inject, Injectable } from '@nestjs/common';
import {
  endSigningKey,
  insertSigningKey,
  LedgerOutbox,
  listRoleHolders,
  lockSigningKeys,
  type Database,
  type SigningKeyRecord,
} from '@guise/persistence';
import {
  keyRotationStatement,
  personId,
  type KeyRotationReason,
  type KeyRotationRequest,
  type KeyUse,
  type SignedStatement,
} from '@guise/protocol';
import type { PersonPrincipal } from '../http/principal.js';
import { ProblemError } from '../http/problem-error.js';
import { PasskeyUse } from '../passkeys/passkey-use.js';
import { StatementsService, type VerifiedStatement } from '../passkeys/statements.service.js';
import { PersonNotices } from '../person-notices/person-notices.service.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { DATABASE } from '../ports/tokens.js';
import { ChangeFeed } from '../revocations/change-feed.js';
import { decideRotation, keyAt, ofUse, stateOfKey, type RotationRefusal } from './key-life.js';
import { SigningKeys } from './signing-keys.js';

const MAX_ADMINS_TOLD = 100;

const REFUSALS: Readonly<Record<RotationRefusal, string>> = {
  'another-key': 'Another key signs by now: look at the list of keys and ask again.',
  'under-way': 'A new key is published already and takes over by itself.',
  'too-soon':
    'The last rotation is less than a day ago. If the key is in other hands, say so: that needs no wait.',
  'needs-another-admin': 'You replaced a compromised key today already: another admin must do it this time.',
};

/** Puts new keys in the place of old ones: in turn, or at once when one is in other hands. Admins sign; the operator may too. */
@Injectable()
export class KeyRotations {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly keys: SigningKeys,
    private readonly statements: StatementsService,
    private readonly passkeyUse: PasskeyUse,
    private readonly ledger: LedgerOutbox,
    private readonly feed: ChangeFeed,
    private readonly notices: PersonNotices,
  ) {}

  list() {
    const now = this.clock.nowSeconds();
    return { keys: this.keys.records().map((key) => describe(key, now)) };
  }

  /** What the admin signs: it names the key that ends. */
  offer(admin: PersonPrincipal, { use, reason }: KeyRotationRequest) {
    const now = this.clock.nowSeconds();
    return this.statements.offer('key-rotation', admin.personId, use, {
      type: 'guise.key-rotation.v1',
      use,
      reason,
      kid: this.keys.signer(use, now).kid,
      admin: admin.personId,
      issuedAt: now,
      nonce: this.random.token(),
    });
  }

  /** @throws ProblemError `statement-mismatch`, `statement-expired`, `conflict`; IdentityError */
  async rotate(admin: PersonPrincipal, signed: SignedStatement) {
    const use = useOf(signed);
    const verified = await this.statements.verify('key-rotation', admin.personId, use, signed);
    const { reason, kid } = keyRotationStatement.parse(JSON.parse(verified.statement));
    return this.store({ use, reason, kid, by: admin.personId }, verified);
  }

  /** The key that signs now, for whoever runs the machine to name. */
  current(use: KeyUse): string | undefined {
    return keyAt(ofUse(this.keys.records(), use), this.clock.nowSeconds())?.kid;
  }

  /**
   * At the word of whoever runs the machine: they have the keys anyway. No route leads here.
   * @param kid the key that they take for the one that signs
   * @throws ProblemError `conflict`
   */
  rotateByOperator(use: KeyUse, reason: KeyRotationReason, kid: string) {
    return this.store({ use, reason, kid, by: null }, null);
  }

  private async store(
    asked: {
      readonly use: KeyUse;
      readonly reason: KeyRotationReason;
      readonly kid: string;
      readonly by: string | null;
    },
    signed: VerifiedStatement | null,
  ) {
    const { use, by } = asked;
    const made = await this.keys.make(use);
    const now = this.clock.nowSeconds();
    await this.database.transaction(async (tx) => {
      const rotation = decideRotation(ofUse(await lockSigningKeys(tx), use), asked, now);
      if (typeof rotation === 'string') throw new ProblemError('conflict', { detail: REFUSALS[rotation] });
      if (signed !== null) await this.passkeyUse.advance(tx, signed.verified);
      for (const { keyId, until, compromised } of rotation.ended) {
        await endSigningKey(tx, keyId, { until, compromisedAt: compromised ? now : null });
      }
      const { activeFrom } = rotation;
      await insertSigningKey(tx, { ...made, publishedAt: now, activeFrom, requestedBy: by });
      const { kid: keyId, jwk } = made;
      await this.ledger.stage(tx, {
        ...{ v: 1, kind: 'key-rotation', at: now, use, keyId, jwk, activeFrom },
        ...{ ended: [...rotation.ended], by: by === null ? null : personId.parse(by), ...signed?.evidence },
      });
      await this.feed.announce(tx, { type: 'keys' });
      const admins = await listRoleHolders(tx, ['admin'], MAX_ADMINS_TOLD);
      for (const told of admins) await this.notices.tell(tx, told, 'key-rotated');
    });
    await this.keys.look();
    return this.list();
  }
}

/** The use that a statement names: the offer is found by it, and holds only unchanged. */
function useOf({ statement }: SignedStatement): KeyUse {
  try {
    return keyRotationStatement.parse(JSON.parse(statement)).use;
  } catch {
    throw new ProblemError('statement-mismatch');
  }
}

function describe(key: SigningKeyRecord, now: number) {
  const { kid, use, publishedAt, activeFrom, activeUntil, requestedBy } = key;
  return { kid, use, state: stateOfKey(key, now), publishedAt, activeFrom, activeUntil, by: requestedBy };
}
