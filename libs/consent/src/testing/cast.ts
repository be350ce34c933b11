import {
  approvalId,
  avatarId,
  consentId,
  personId,
  sourceFaceId,
  type ApprovalStatement,
  type AvatarKind,
  type ConsentStatement,
} from '@guise/protocol';
import type { Actor, AvatarCase } from '../avatar-case.js';
import { DEFAULT_POLICY } from '../policy.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
export const idOf = (prefix: string, index: number): string =>
  `${prefix}_${LETTERS.charAt(index % 26).repeat(13)}${LETTERS.charAt(Math.floor(index / 26) % 26).repeat(13)}`;
export const hashOf = (serial: number): string => serial.toString(16).padStart(64, '0');

/** Four admins (one of them an employee too), an employee and an auditor. */
export const PEOPLE: readonly Actor[] = [
  { id: idOf('per', 0), roles: ['admin'] },
  { id: idOf('per', 1), roles: ['admin'] },
  { id: idOf('per', 2), roles: ['admin', 'employee'] },
  { id: idOf('per', 3), roles: ['admin'] },
  { id: idOf('per', 4), roles: ['employee'] },
  { id: idOf('per', 5), roles: ['auditor'] },
];

export function actor(index: number): Actor {
  const found = PEOPLE[index];
  if (found === undefined) throw new Error('no such person');
  return found;
}

/** The version that is decided about, and another one. */
export const VERSION = 'a'.repeat(64);
export const OTHER_VERSION = 'b'.repeat(64);
export const CONSENT_SECONDS = 300;

export function newDraft(kind: AvatarKind, subject: Actor, draftedBy: Actor): AvatarCase {
  const likeness = kind === 'own-face' ? 'person' : 'artwork';
  return {
    id: idOf('ava', 0),
    sha256: VERSION,
    kind,
    likeness,
    subject: subject.id,
    draftedBy: draftedBy.id,
    sourceFace: likeness === 'person' ? idOf('sfa', 0) : null,
    approvalsNeeded: DEFAULT_POLICY.approvals[kind],
    state: 'draft',
    suspensions: 0,
    consent: null,
    approvals: [],
  };
}

/** A consent as this subject would sign it now: wearing by the subject, in meetings, inside the organisation. */
export function consentText(
  avatar: AvatarCase,
  serial: number,
  now: number,
  changes: Partial<ConsentStatement> = {},
): ConsentStatement {
  return {
    type: 'guise.consent.v1',
    id: consentId.parse(idOf('con', serial)),
    avatar: avatarId.parse(avatar.id),
    avatarSha256: VERSION,
    subject: personId.parse(avatar.subject),
    sourceFace: avatar.sourceFace === null ? null : sourceFaceId.parse(avatar.sourceFace),
    wearers: [personId.parse(avatar.subject)],
    purposes: ['meeting'],
    audience: ['internal'],
    notBefore: now,
    notAfter: now + CONSENT_SECONDS,
    noticeSha256: 'c'.repeat(64),
    locale: 'en',
    issuedAt: now,
    nonce: 'n',
    ...(avatar.consent?.state === 'given' ? { supersedes: consentId.parse(avatar.consent.id) } : {}),
    ...changes,
  };
}

export function approvalText(
  avatar: AvatarCase,
  by: Actor,
  serial: number,
  changes: Partial<ApprovalStatement> = {},
): ApprovalStatement {
  return {
    type: 'guise.approval.v1',
    id: approvalId.parse(idOf('apr', serial)),
    avatar: avatarId.parse(avatar.id),
    avatarSha256: VERSION,
    consentSha256: avatar.consent?.sha256 ?? 'e'.repeat(64),
    approver: personId.parse(by.id),
    decision: 'approve',
    issuedAt: 0,
    nonce: 'n',
    ...changes,
  };
}
