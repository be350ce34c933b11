import { findUnmet, termsOf } from '@guise/consent';
import { jwkThumbprint, verifyPermitAuthenticity } from '@guise/permit';
import { deviceStatement, type ProofBundle } from '@guise/protocol';
import { requireThat } from './checklist.js';
import { requireSignedBy } from './signed-by.js';
import {
  readApprovals,
  readConsents,
  readStatement,
  type LoggedPermit,
  type SessionStory,
  type SignedApproval,
  type SignedConsent,
} from './story.js';
import type { ParsedTrustRoot } from './trust.js';

/** Each permit is genuine, judged at the second in which it was issued. */
export async function checkPermitSignatures(bundle: ProofBundle, trust: ParsedTrustRoot) {
  requireThat(bundle.permits.length > 0, 'the bundle holds no permit');
  const permits = [];
  for (const jws of bundle.permits) {
    const now = issuedAt(jws);
    permits.push(await verifyPermitAuthenticity(jws, { keys: trust.permitKeys, issuer: trust.issuer, now }));
  }
  return permits;
}

/** Reads `iat` of a JWS that is about to be verified; a wrong value can only make the verification fail. */
function issuedAt(jws: string): number {
  const payload = jws.split('.')[1] ?? '';
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const iat = typeof claims === 'object' && claims !== null && 'iat' in claims ? claims.iat : 0;
    return typeof iat === 'number' ? iat : 0;
  } catch {
    return 0;
  }
}

/** Each permit stands in the log, with the same content. */
export function checkPermitsLogged(
  permits: Awaited<ReturnType<typeof checkPermitSignatures>>,
  story: SessionStory,
): LoggedPermit[] {
  return permits.map((permit) => {
    const { claims, wear } = permit;
    const entry = story.permits.find(({ payload }) => payload.permitSha256 === permit.sha256);
    requireThat(entry !== undefined, `permit ${claims.jti} is not in the log`);
    const logged = entry.payload;
    const same =
      logged.permit === claims.jti &&
      logged.sessionNumber === wear.watermark.session &&
      logged.device === claims.client_id &&
      logged.avatar === wear.avatar &&
      logged.avatarSha256 === wear.avatar_sha256 &&
      logged.consent === wear.consent &&
      logged.consentSha256 === wear.consent_sha256 &&
      String(logged.approvals) === String(wear.approvals) &&
      logged.purpose === wear.purpose &&
      logged.audience === wear.audience &&
      logged.notBefore === claims.nbf &&
      logged.expires === claims.exp;
    requireThat(same, `permit ${claims.jti} differs from what the log says of it`);
    requireThat(
      claims.checkpoint.size <= entry.index,
      `permit ${claims.jti} names a checkpoint that came after it in the log`,
    );
    return { permit, entry };
  });
}

/** All permits are bound to the key that opened the session. */
export async function checkDeviceBinding(
  permits: readonly LoggedPermit[],
  story: SessionStory,
): Promise<void> {
  const opened = story.opened.payload;
  const jkt = await jwkThumbprint(opened.jwk);
  for (const { permit, entry } of permits) {
    requireThat(
      permit.claims.cnf.jkt === jkt,
      `permit ${permit.claims.jti} is bound to another key than the session`,
    );
    requireThat(
      entry.payload.device === opened.device &&
        entry.payload.person === opened.person &&
        permit.wear.watermark.session === opened.sessionNumber &&
        permit.wear.avatar === opened.avatar,
      `permit ${permit.claims.jti} names another device, person, avatar or session`,
    );
  }
}

/** The wearer paired the device with a passkey, and it was not revoked before the session. */
export async function checkDevicePairing(story: SessionStory, trust: ParsedTrustRoot): Promise<void> {
  const opened = story.opened;
  const states = story.devices.filter(
    ({ index, payload }) => payload.device === opened.payload.device && index < opened.index,
  );
  const paired = states.at(-1);
  requireThat(paired?.payload.state === 'active', 'the device was not paired when the session opened');
  const { person, jwk, statement, assertion } = paired.payload;
  requireThat(statement !== undefined && assertion !== undefined, 'the pairing of the device is not signed');
  const jkt = await jwkThumbprint(jwk);
  requireThat(
    jkt === (await jwkThumbprint(opened.payload.jwk)) && person === opened.payload.person,
    'the paired device has another key or owner than the session',
  );
  const text = readStatement(statement, deviceStatement).statement;
  requireThat(
    text.jkt === jkt && text.person === person,
    'the pairing statement names another key or person',
  );
  requireSignedBy('device pairing', { index: paired.index, person, statement, assertion }, story, trust);
}

export function checkConsentSignatures(story: SessionStory, trust: ParsedTrustRoot): SignedConsent[] {
  const consents = readConsents(story);
  requireThat(consents.length > 0, 'the bundle holds no consent');
  for (const { entry, statement } of consents) {
    const { person, consent } = entry.payload;
    requireThat(
      person === statement.subject && consent === statement.id,
      `consent ${consent} was not given by the person it names`,
    );
    requireSignedBy(`consent ${consent}`, { index: entry.index, ...entry.payload }, story, trust);
  }
  return consents;
}

/** Each permit stays inside the consent that it names. */
export function checkConsentScope(
  permits: readonly LoggedPermit[],
  consents: readonly SignedConsent[],
  story: SessionStory,
): void {
  for (const { permit, entry } of permits) {
    const { claims, wear } = permit;
    const consent = consents.find(({ sha256 }) => sha256 === wear.consent_sha256);
    requireThat(consent !== undefined, `permit ${claims.jti} names a consent that is not in the bundle`);
    const { statement } = consent;
    requireThat(consent.entry.index < entry.index, `permit ${claims.jti} is older than its consent`);
    requireThat(
      statement.id === wear.consent &&
        statement.avatarSha256 === wear.avatar_sha256 &&
        statement.avatar === wear.avatar,
      `permit ${claims.jti} is for another avatar than its consent`,
    );
    const { purpose, audience } = wear;
    const wish = { wearer: entry.payload.person, purpose, audience, meeting: claims.aud[1] };
    const allowing = termsOf(statement).filter((terms) => findUnmet(terms, wish).length === 0);
    requireThat(
      allowing.length > 0 && statement.sourceFace === wear.source_face,
      `permit ${claims.jti} goes beyond its consent in wearer, purpose, audience, meeting or face`,
    );
    requireThat(
      allowing.some(
        ({ notBefore, notAfter }) =>
          notBefore <= claims.nbf && claims.exp <= notAfter && wear.not_after <= notAfter,
      ),
      `permit ${claims.jti} lies outside the period of its consent`,
    );
    const withdrawn = story.withdrawals.find(({ payload }) => payload.consent === wear.consent);
    requireThat(
      withdrawn === undefined || entry.index < withdrawn.index,
      `permit ${claims.jti} was issued after the consent was withdrawn`,
    );
  }
}

export function checkApprovalSignatures(story: SessionStory, trust: ParsedTrustRoot): SignedApproval[] {
  const approvals = readApprovals(story);
  for (const { entry, statement } of approvals) {
    const { person, approval } = entry.payload;
    requireThat(
      person === statement.approver && approval === statement.id,
      `approval ${approval} was not given by the person it names`,
    );
    requireSignedBy(`approval ${approval}`, { index: entry.index, ...entry.payload }, story, trust);
  }
  return approvals;
}

/** Approvals that an avatar kind needs at least (DESIGN §2): maker ≠ checker, an executive avatar needs two. */
const APPROVALS_NEEDED = { 'own-face': 1, executive: 2, stylised: 1 } as const;

/** Each permit names enough approvals, by persons who neither made the avatar nor are its subject. */
export function checkApprovalsSufficient(
  permits: readonly LoggedPermit[],
  approvals: readonly SignedApproval[],
  story: SessionStory,
): void {
  for (const { permit, entry } of permits) {
    const { claims, wear } = permit;
    const state = story.avatarStates.filter(
      ({ index, payload }) => payload.avatar === wear.avatar && index < entry.index,
    );
    const avatar = state.at(-1)?.payload;
    requireThat(
      avatar?.to === 'active' && avatar.avatarSha256 === wear.avatar_sha256,
      `the avatar of permit ${claims.jti} was not active when it was issued`,
    );
    const approvers = wear.approvals.map((hash) => {
      const approval = approvals.find(({ sha256 }) => sha256 === hash);
      requireThat(
        approval?.statement.decision === 'approve' && approval.entry.index < entry.index,
        `permit ${claims.jti} names an approval that is not in the log before it`,
      );
      const { statement } = approval;
      requireThat(
        statement.avatarSha256 === wear.avatar_sha256 && statement.consentSha256 === wear.consent_sha256,
        `permit ${claims.jti} names an approval of another avatar or consent`,
      );
      return statement.approver;
    });
    const checkers = new Set(
      approvers.filter((person) => person !== avatar.subject && person !== avatar.draftedBy),
    );
    requireThat(
      checkers.size === approvers.length && checkers.size >= APPROVALS_NEEDED[avatar.avatarKind],
      `permit ${claims.jti} does not name enough approvals by others than the maker and the subject`,
    );
  }
}
