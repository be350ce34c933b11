import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { encodeBase64Url, type LedgerPayload } from '@guise/ledger';
import { issuePermit } from '@guise/permit';
import { keepPermit, LedgerOutbox, type Statements, type WornSession } from '@guise/persistence';
import {
  deviceId,
  PERMIT_AUDIENCE,
  permitClaims,
  personId,
  sessionId,
  type PermitClaims,
} from '@guise/protocol';
import type { AuthorityConfig } from '../config.js';
import { LedgerReader, type PublishedTree } from '../ledger/ledger-reader.js';
import { SigningKeys } from '../keys/signing-keys.js';
import { Clock } from '../ports/clock.js';
import { Random } from '../ports/random.js';
import { CONFIG } from '../ports/tokens.js';
import { StatusLists, type StatusPlace } from '../status-lists/status-lists.service.js';
import { Pseudonyms } from '../receipts/pseudonyms.js';
import type { WearGrant } from './wear-grants.js';

/** Oldest runtime that gets permits. */
const MIN_RUNTIME_VERSION = '0.1.0';

/** Places drawn per permit. In a half-full list, where no more are put, that all are taken happens once in 2^64. */
const MAX_DRAWS = 64;

/** What one permit is about, beside the grant. */
export interface PermitSubject {
  readonly session: Pick<WornSession, 'id' | 'number' | 'chainEnd' | 'meeting' | 'purpose' | 'audience'>;
  readonly grant: WearGrant;
  readonly ttlSeconds: number;
  /** The status list that takes permits now. */
  readonly statusList: string;
}

export interface IssuedPermit {
  readonly jws: string;
  readonly claims: PermitClaims;
}

/** Signs permits, and keeps and logs every one of them in the same transaction. */
@Injectable()
export class PermitIssuer {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    private readonly keys: SigningKeys,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly ledger: LedgerOutbox,
    private readonly statusLists: StatusLists,
    private readonly reader: LedgerReader,
  ) {}

  async issue(sql: Statements, subject: PermitSubject): Promise<IssuedPermit> {
    const { checkpoint } = await this.reader.verify(subject.grant.checkpoint);
    for (let draw = 0; draw < MAX_DRAWS; draw += 1) {
      const place = this.statusLists.draw(subject.statusList);
      const permit = await this.sign(await this.makeClaims(subject, place, checkpoint));
      if (await this.keep(sql, subject, place, permit)) return permit;
    }
    throw new Error('the status list that takes permits is full');
  }

  private async sign(claims: PermitClaims): Promise<IssuedPermit> {
    return { jws: await issuePermit(claims, this.keys.signer('permit', claims.iat)), claims };
  }

  /** @returns false when another permit has its place in the status list */
  private keep(
    sql: Statements,
    { session, grant }: PermitSubject,
    place: StatusPlace,
    { jws, claims }: IssuedPermit,
  ): Promise<boolean> {
    const sha256 = createHash('sha256').update(jws).digest('hex');
    const { jti: id, nbf: notBefore, exp: expires } = claims;
    const stored = { id, sessionId: session.id, sha256, jws, notBefore, expires };
    return keepPermit(
      sql,
      { ...stored, statusListId: place.listId, statusIndex: place.index },
      this.ledger.seal(permitEntry(claims, { session, grant, sha256 })),
    );
  }

  private async makeClaims(
    subject: PermitSubject,
    place: StatusPlace,
    checkpoint: PublishedTree['checkpoint'],
  ): Promise<PermitClaims> {
    const { session, grant } = subject;
    const { avatar, consent, approvals, device, face } = grant;
    const iat = this.clock.nowSeconds();
    const pseudonymOf = await this.pseudonyms.open();
    return permitClaims.parse({
      iss: this.config.publicUrl,
      sub: pseudonymOf(device.personId),
      aud: session.meeting === null ? [PERMIT_AUDIENCE] : [PERMIT_AUDIENCE, session.meeting],
      client_id: device.id,
      jti: this.random.id('permit'),
      iat,
      nbf: iat,
      exp: Math.min(iat + subject.ttlSeconds, consent.notAfter),
      cnf: { jkt: device.jkt },
      status: { status_list: { idx: place.index, uri: place.uri } },
      authorization_details: [
        {
          type: 'urn:guise:wear:v1',
          avatar: avatar.id,
          avatar_sha256: avatar.sha256,
          source_face: avatar.sourceFace,
          wearer: { source_face: face.id, template_sha256: face.templateSha256 },
          consent: consent.id,
          consent_sha256: consent.sha256,
          approvals: approvals.map((approval) => approval.sha256),
          purpose: session.purpose,
          audience: session.audience,
          not_after: consent.notAfter,
          label: grant.policy.label.text,
          label_positions: grant.policy.label.positions,
          non_commercial_models: grant.policy.nonCommercialModels,
          own_models: grant.policy.ownModels,
          watermark: { session: session.number, chain_end: session.chainEnd },
        },
      ],
      runtime: { min_version: MIN_RUNTIME_VERSION },
      checkpoint: {
        origin: checkpoint.origin,
        size: checkpoint.size,
        root: encodeBase64Url(checkpoint.root),
      },
    });
  }
}

/** What the log keeps of a permit: enough to check it against the permit itself, and against what it rests on. */
function permitEntry(
  claims: PermitClaims,
  about: { readonly session: PermitSubject['session']; readonly grant: WearGrant; readonly sha256: string },
): Extract<LedgerPayload, { kind: 'permit' }> {
  const [wear] = claims.authorization_details;
  if (wear === undefined) throw new Error('a permit authorises one wearing');
  return {
    v: 1,
    kind: 'permit',
    at: claims.iat,
    permit: claims.jti,
    permitSha256: about.sha256,
    session: sessionId.parse(about.session.id),
    sessionNumber: wear.watermark.session,
    person: personId.parse(about.grant.device.personId),
    device: deviceId.parse(claims.client_id),
    avatar: wear.avatar,
    avatarSha256: wear.avatar_sha256,
    consent: wear.consent,
    consentSha256: wear.consent_sha256,
    approvals: wear.approvals,
    purpose: wear.purpose,
    audience: wear.audience,
    notBefore: claims.nbf,
    expires: claims.exp,
  };
}
