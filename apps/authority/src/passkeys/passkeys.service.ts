import { Inject, Injectable } from '@nestjs/common';
import {
  IdentityError,
  offerAuthentication,
  offerRegistration,
  verifyAssertion,
  verifyRegistration,
  type RelyingParty,
  type VerifiedRegistration,
} from '@guise/identity';
import {
  findOpenInvitation,
  findPerson,
  findUsablePasskey,
  insertCeremony,
  insertPasskey,
  isUniqueViolation,
  LedgerOutbox,
  listUsablePasskeys,
  takeCeremony,
  useInvitation,
  type CeremonyRecord,
  type Database,
} from '@guise/persistence';
import { personId, type WebauthnResponse } from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { ProblemError } from '../http/problem-error.js';
import { Clock } from '../ports/clock.js';
import { hashToken, Random } from '../ports/random.js';
import { CONFIG, DATABASE } from '../ports/tokens.js';
import { PasskeyUse } from './passkey-use.js';
import { relyingPartyOf } from './relying-party.js';
import { SignIns, type SignIn } from './sign-ins.js';

/** A browser asks the person for up to two minutes; after five a challenge is worth nothing. */
const CEREMONY_MS = 300_000;

/** Registration and sign-in with passkeys. */
@Injectable()
export class PasskeysService {
  private readonly rp: RelyingParty;

  constructor(
    @Inject(CONFIG) config: AuthorityConfig,
    @Inject(DATABASE) private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly signIns: SignIns,
    private readonly passkeyUse: PasskeyUse,
  ) {
    this.rp = relyingPartyOf(config);
  }

  /** @throws ProblemError `invitation-invalid` */
  async offerRegistration(invitation: string) {
    const hash = hashToken(invitation);
    const person = await this.invitedPerson(hash);
    const existing = await listUsablePasskeys(this.database.client, person.id);
    const challenge = this.random.bytes(32);
    const options = await offerRegistration(
      this.rp,
      person,
      challenge,
      existing.map(({ id }) => id),
    );
    return { ceremony: await this.begin('registration', challenge, person.id, hash), options };
  }

  /** @throws ProblemError `challenge-invalid`, `invitation-invalid`; IdentityError */
  async register(ceremony: string, answer: WebauthnResponse): Promise<SignIn> {
    const begun = await this.consume('registration', ceremony);
    const passkey = await verifyRegistration(this.rp, challengeOf(begun), answer);
    try {
      return await this.storePasskey(begun, passkey);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new IdentityError('assertion-invalid', 'This passkey is registered already. Make a new one.');
    }
  }

  async offerAuthentication() {
    const challenge = this.random.bytes(32);
    const options = await offerAuthentication(this.rp, challenge);
    return { ceremony: await this.begin('authentication', challenge, null, null), options };
  }

  /** @throws ProblemError `challenge-invalid`; IdentityError `assertion-invalid`, `passkey-cloned` */
  async authenticate(ceremony: string, answer: WebauthnResponse): Promise<SignIn> {
    const begun = await this.consume('authentication', ceremony);
    const passkey = await findUsablePasskey(this.database.client, answer.id);
    if (passkey === null) throw new IdentityError('assertion-invalid');
    const assertion = await this.passkeyUse.verify(passkey.id, () =>
      verifyAssertion(this.rp, challengeOf(begun), answer, passkey),
    );
    return this.database.transaction(async (tx) => {
      await this.passkeyUse.advance(tx, assertion);
      return this.signIns.issue(tx, passkey.personId);
    });
  }

  private async invitedPerson(invitationHash: string) {
    const invitation = await findOpenInvitation(this.database.client, invitationHash, this.clock.now());
    const person = invitation === null ? null : await findPerson(this.database.client, invitation.personId);
    if (person === null) throw new ProblemError('invitation-invalid');
    return person;
  }

  private async begin(
    kind: 'registration' | 'authentication',
    challenge: Uint8Array,
    person: string | null,
    target: string | null,
  ): Promise<string> {
    const token = this.random.token();
    await insertCeremony(
      this.database.client,
      {
        id: hashToken(token),
        kind,
        challenge: Buffer.from(challenge).toString('base64url'),
        personId: person,
        target,
        statement: null,
        expiresAt: new Date(this.clock.nowMs() + CEREMONY_MS),
      },
      this.clock.now(),
    );
    return token;
  }

  /** Used up before anything is verified: an answer that fails cannot be tried again. */
  private async consume(kind: 'registration' | 'authentication', ceremony: string): Promise<CeremonyRecord> {
    const id = hashToken(ceremony);
    const begun = await this.database.transaction((tx) => takeCeremony(tx, { id, kind }));
    if (begun === null || begun.expiresAt.getTime() <= this.clock.nowMs()) {
      throw new ProblemError('challenge-invalid');
    }
    return begun;
  }

  private storePasskey(begun: CeremonyRecord, passkey: VerifiedRegistration): Promise<SignIn> {
    const person = personId.parse(begun.personId);
    return this.database.transaction(async (tx) => {
      if (!(await useInvitation(tx, begun.target ?? '', this.clock.now()))) {
        throw new ProblemError('invitation-invalid');
      }
      await insertPasskey(tx, { ...passkey, personId: person, createdAt: this.clock.now() });
      await this.ledger.stage(tx, {
        v: 1,
        kind: 'passkey',
        at: this.clock.nowSeconds(),
        person,
        credential: new Uint8Array(Buffer.from(passkey.id, 'base64url')),
        publicKey: new Uint8Array(passkey.publicKey),
        state: 'registered',
      });
      return this.signIns.issue(tx, person);
    });
  }
}

function challengeOf(ceremony: CeremonyRecord): Uint8Array {
  return new Uint8Array(Buffer.from(ceremony.challenge, 'base64url'));
}
