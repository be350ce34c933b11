import { DEFAULT_POLICY, type AvatarCase } from '@guise/consent';
import {
  approvalDecision,
  audience,
  avatarKind,
  avatarState,
  keptPolicyDocument,
  likeness,
  p256Jwk,
  purpose,
  type PolicyDocument,
} from '@guise/protocol';
import { z } from 'zod';
import type { PublishedCheckpoint } from '../ledger-store.js';
import { parseOnce } from '../parse-once.js';
import type { Statement, Statements } from '../statements.js';
import { termsOfStatement } from './consent-terms.js';
import type { DeviceRecord } from './devices.js';
import type { SourceFaceRecord } from './faces.js';
import type { WearSessionRecord } from './wear-sessions.js';

export type WornSession = Pick<
  WearSessionRecord,
  | 'id'
  | 'number'
  | 'personId'
  | 'deviceId'
  | 'avatarId'
  | 'consentId'
  | 'sourceFaceId'
  | 'purpose'
  | 'audience'
  | 'meeting'
  | 'chainEnd'
  | 'state'
  | 'reason'
>;
export type WearingDevice = Pick<DeviceRecord, 'id' | 'personId' | 'jkt' | 'publicJwk'>;
export type WornFace = Pick<SourceFaceRecord, 'id' | 'templateSha256'>;

/** Everything that a wearing rests on, as it stands; null for what is not there. */
export interface WearGround {
  readonly session: WornSession | null;
  /** Active, of an active person. */
  readonly device: WearingDevice | null;
  readonly face: WornFace | null;
  readonly avatar: AvatarCase | null;
  readonly policy: PolicyDocument;
  readonly policyVersion: number;
  /** The log as published meanwhile. */
  readonly checkpoint: PublishedCheckpoint | null;
}

/** Whose wearing: of a session, or one that none exists for yet. */
export interface WearGroundOf {
  readonly deviceId: string;
  readonly personId: string;
  /** A session of that device; null for a new one. */
  readonly sessionId: string | null;
  /** The avatar of a new session; null for the session's own. */
  readonly avatarId: string | null;
}

/**
 * Locks and reads, in this order: session, device with its person, face, avatar. Each is locked only when all of those
 * before are (the row that counts them comes first), so that two who lock in this order never wait for each other. What
 * was changed while it was waited for is read as it is then.
 */
const LOCK: Statement = {
  name: 'guise-lock-wear-ground',
  text: `
    WITH session AS MATERIALIZED (
      SELECT "id", "number", "personId", "deviceId", "avatarId", "consentId", "sourceFaceId", "purpose", "audience",
        "meeting", "chainEnd", "state", "reason"
      FROM "WearSession" WHERE "id" = $1::text AND "deviceId" = $2::text FOR UPDATE
    ), device AS MATERIALIZED (
      SELECT "Device"."id", "Device"."personId", "jkt", "publicJwk",
        "Device"."state" = 'active' AND "Person"."state" = 'active' AS "active"
      FROM (SELECT count(*) FROM session) AS before,
        "Device" JOIN "Person" ON "Person"."id" = "Device"."personId"
      WHERE "Device"."id" = $2::text FOR SHARE OF "Device", "Person"
    ), face AS MATERIALIZED (
      SELECT "id", "templateSha256" FROM (SELECT count(*) FROM device) AS before, "SourceFace"
      WHERE "activeFor" = $3::text FOR SHARE OF "SourceFace"
    ), avatar AS MATERIALIZED (
      SELECT "id", "sha256", "kind", "likeness", "subjectId" AS "subject", "draftedById" AS "draftedBy",
        "sourceFaceId" AS "sourceFace", "approvalsNeeded", "state", "suspensions"
      FROM (SELECT count(*) FROM face) AS before, "Avatar"
      WHERE "id" = coalesce($4::text, (SELECT "avatarId" FROM session)) FOR SHARE OF "Avatar"
    )
    SELECT (SELECT row_to_json(session) FROM session) AS "session", (SELECT row_to_json(device) FROM device) AS "device",
      (SELECT row_to_json(face) FROM face) AS "face", (SELECT row_to_json(avatar) FROM avatar) AS "avatar"`,
};

/**
 * Consent and approvals change under the avatar's lock only. A statement of its own, after the locks: within one, they
 * would be read as they were before the waiting.
 */
const READ: Statement = {
  name: 'guise-read-wear-ground',
  text: `
    SELECT (SELECT row_to_json(consent) FROM (
        SELECT "id", "sha256", "state", "statement", floor(extract(epoch FROM "notBefore")) AS "notBefore",
          floor(extract(epoch FROM "notAfter")) AS "notAfter"
        FROM "Consent" WHERE "avatarId" = $1::text
        ORDER BY "inForceFor" ASC NULLS LAST, "givenAt" DESC LIMIT 1
      ) AS consent) AS "consent",
      (SELECT coalesce(json_agg(row_to_json(approval) ORDER BY approval."decidedAt"), '[]') FROM (
        SELECT "sha256", "approverId" AS "approver", "decision", "consentSha256", "suspension", "decidedAt"
        FROM "Approval" WHERE "avatarId" = $1::text
      ) AS approval) AS "approvals",
      (SELECT row_to_json(policy) FROM (
        SELECT "version", "document"::text AS "document" FROM "Policy" WHERE "inForce" = 'policy'
      ) AS policy) AS "policy",
      (SELECT row_to_json(checkpoint) FROM (
        SELECT "note", "size", floor(extract(epoch FROM "signedAt")) AS "signedAt"
        FROM "LedgerCheckpoint" ORDER BY "size" DESC LIMIT 1
      ) AS checkpoint) AS "checkpoint"`,
};

const lockedRow = z.object({
  session: z
    .object({
      ...{
        id: z.string(),
        number: z.int(),
        personId: z.string(),
        deviceId: z.string(),
        avatarId: z.string(),
      },
      ...{
        consentId: z.string(),
        sourceFaceId: z.string(),
        purpose,
        audience,
        meeting: z.string().nullable(),
      },
      ...{
        chainEnd: z.string(),
        state: z.enum(['live', 'revoked', 'closed']),
        reason: z.string().nullable(),
      },
    })
    .nullable(),
  device: z
    .object({
      ...{ id: z.string(), personId: z.string(), jkt: z.string(), publicJwk: p256Jwk },
      active: z.boolean(),
    })
    .nullable(),
  face: z.object({ id: z.string(), templateSha256: z.string() }).nullable(),
  avatar: z
    .object({
      ...{ id: z.string(), sha256: z.string(), kind: avatarKind, likeness, subject: z.string() },
      ...{ draftedBy: z.string(), sourceFace: z.string().nullable(), approvalsNeeded: z.int() },
      ...{ state: avatarState, suspensions: z.int() },
    })
    .nullable(),
});

const readRow = z.object({
  consent: z
    .object({
      ...{ id: z.string(), sha256: z.string(), state: z.enum(['given', 'withdrawn', 'expired']) },
      ...{ statement: z.string(), notBefore: z.number(), notAfter: z.number() },
    })
    .nullable(),
  approvals: z.array(
    z.object({
      ...{ sha256: z.string(), approver: z.string(), decision: approvalDecision },
      ...{ consentSha256: z.string(), suspension: z.int() },
    }),
  ),
  policy: z.object({ version: z.int(), document: z.string() }).nullable(),
  checkpoint: z.object({ note: z.string(), size: z.int(), signedAt: z.number() }).nullable(),
});

/** There is one policy in force; an old one may be read while a new one comes. */
const policyOf = parseOnce((document) => keptPolicyDocument.parse(JSON.parse(document)), 4);

/** Reads what a wearing rests on. Until the transaction ends, none of it changes. */
export async function lockWearGround(sql: Statements, of: WearGroundOf): Promise<WearGround> {
  const { sessionId, deviceId, personId, avatarId } = of;
  const [locked] = await sql.run(LOCK, [sessionId, deviceId, personId, avatarId]);
  const { session, device, face, avatar } = lockedRow.parse(locked);
  const [read] = await sql.run(READ, [avatar?.id ?? null]);
  const { consent, approvals, policy, checkpoint } = readRow.parse(read);
  return {
    session,
    device: device?.active === true ? device : null,
    face,
    avatar: avatar && { ...avatar, approvals, consent: consent && toConsent(consent) },
    policy: policy === null ? DEFAULT_POLICY : policyOf(policy.document),
    policyVersion: policy?.version ?? 0,
    checkpoint: checkpoint && { ...checkpoint, signedAt: new Date(checkpoint.signedAt * 1000) },
  };
}

function toConsent(row: NonNullable<z.infer<typeof readRow>['consent']>): NonNullable<AvatarCase['consent']> {
  const { statement, ...consent } = row;
  return { ...consent, terms: termsOfStatement(statement) };
}
