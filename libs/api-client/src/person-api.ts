import {
  adminGrantResponse,
  avatarId,
  avatarResponse,
  consentResponse,
  deviceResponse,
  enrolmentJudgement,
  enrolmentResponse,
  invitationResponse,
  personResponse,
  statementOffer,
  verificationProgress,
  verificationReport,
  type AvatarKind,
  type ConsentScope,
  type Likeness,
  type Role,
  type SignedStatement,
  type VerificationId,
  type VerificationProgress,
  type VerificationReport,
} from '@guise/protocol';
import { z } from 'zod';
import { withKeyedRetries } from './keyed-retries.js';
import {
  bytesOf,
  parseAnswer,
  pathOf,
  RECORDING_TIMEOUT_MS,
  refusalOf,
  UPLOAD_TIMEOUT_MS,
  type Answer,
  type Call,
} from './transport.js';

const avatarList = z.object({ avatars: z.array(avatarResponse).max(1000), next: avatarId.nullable() });

/** One exchange with the caller's credential already in it: a sign-in's bearer, or a device's DPoP token. */
export type AuthenticatedExchange = (call: Call) => Promise<Answer>;

/** What a signed-in person may ask; the authority decides by role. */
export function createPersonApi(send: AuthenticatedExchange) {
  const exchange = withKeyedRetries(send);
  const ask = async <S extends z.ZodType>(schema: S, call: Call): Promise<z.infer<S>> =>
    parseAnswer(schema, await exchange(call));
  const post = <S extends z.ZodType>(schema: S, path: string, json: unknown = {}): Promise<z.infer<S>> =>
    ask(schema, { method: 'POST', path, json });
  const postOnce = <S extends z.ZodType>(schema: S, path: string, json: unknown = {}): Promise<z.infer<S>> =>
    ask(schema, { method: 'POST', path, json, once: true });
  const command = async (path: string, json: unknown = {}): Promise<void> => {
    const answer = await exchange({ method: 'POST', path, json });
    if (answer.status >= 400) throw refusalOf(answer);
  };

  return {
    me: () => ask(personResponse, { method: 'GET', path: '/v1/me' }),
    invite: (displayName: string, roles: readonly Role[]) =>
      postOnce(invitationResponse, '/v1/invitations', { displayName, roles }),
    /** Another admin's request that somebody becomes admin: with this they are. */
    approveAdmin: (grant: string) => postOnce(adminGrantResponse, pathOf`/v1/admin-grants/${grant}/approval`),

    startEnrolment: (noticeSha256: string, locale: string) =>
      postOnce(enrolmentResponse, '/v1/enrolments', { noticeSha256, locale, release: true }),
    sendCapture(enrolment: string, capture: Blob, name: string) {
      const form = [{ name: 'file', file: capture, fileName: name }];
      const path = pathOf`/v1/enrolments/${enrolment}/capture`;
      return ask(enrolmentJudgement, { method: 'PUT', path, form, timeoutMs: UPLOAD_TIMEOUT_MS });
    },

    draftAvatar(
      meta: { name: string; kind: AvatarKind; likeness: Likeness; subject: string },
      bundle: Uint8Array<ArrayBuffer>,
    ) {
      const form = [
        { name: 'meta', text: JSON.stringify(meta) },
        { name: 'bundle', file: new Blob([bundle]), fileName: 'avatar.guise' },
      ];
      const timeoutMs = UPLOAD_TIMEOUT_MS;
      return ask(avatarResponse, { method: 'POST', path: '/v1/avatars', form, timeoutMs, once: true });
    },
    /** Avatars that concern the caller, page by page. */
    avatars: (after?: string) =>
      ask(avatarList, {
        method: 'GET',
        path: after === undefined ? '/v1/avatars' : pathOf`/v1/avatars?after=${after}`,
      }),
    /** The bundle file. Its SHA-256 is the avatar version: check it. */
    async avatarBundle(id: string): Promise<Uint8Array<ArrayBuffer>> {
      return bytesOf(await exchange({ method: 'GET', path: pathOf`/v1/avatars/${id}/bundle` }));
    },
    avatar: (id: string) => ask(avatarResponse, { method: 'GET', path: pathOf`/v1/avatars/${id}` }),
    offerConsent: (avatar: string, scope: ConsentScope) =>
      post(statementOffer, pathOf`/v1/avatars/${avatar}/consent-offer`, scope),
    giveConsent: (avatar: string, signed: SignedStatement) =>
      postOnce(consentResponse, pathOf`/v1/avatars/${avatar}/consents`, signed),
    withdrawConsent: (consent: string) => command(pathOf`/v1/consents/${consent}/withdraw`),
    offerApproval: (avatar: string, decision: 'approve' | 'reject') =>
      post(statementOffer, pathOf`/v1/avatars/${avatar}/approval-offer`, { decision }),
    giveApproval: (avatar: string, signed: SignedStatement) =>
      postOnce(avatarResponse, pathOf`/v1/avatars/${avatar}/approvals`, signed),

    devices: () => ask(z.array(deviceResponse), { method: 'GET', path: '/v1/devices' }),
    revokeDevice: (id: string) => command(pathOf`/v1/devices/${id}/revoke`),
    pairingStatement: (userCode: string) =>
      ask(statementOffer, { method: 'GET', path: pathOf`/v1/device-authorizations/${userCode}/statement` }),
    async confirmPairing(userCode: string, signed: SignedStatement): Promise<void> {
      const path = pathOf`/v1/device-authorizations/${userCode}/approval`;
      const answer = await exchange({ method: 'POST', path, json: signed, once: true });
      if (answer.status >= 400) throw refusalOf(answer);
    },

    verify(file: Blob, name: string) {
      const form = [{ name: 'file', file, fileName: name }];
      const timeoutMs = UPLOAD_TIMEOUT_MS;
      return ask(verificationReport, { method: 'POST', path: '/v1/verifications', form, timeoutMs });
    },
    /** Has every second of a long recording looked at, which takes a while: ask for the `verification` afterwards. */
    verifyWhole(file: Blob, name: string) {
      const form = [{ name: 'file', file, fileName: name }];
      const timeoutMs = RECORDING_TIMEOUT_MS;
      const path = '/v1/verifications?whole=true';
      return ask(verificationProgress, { method: 'POST', path, form, timeoutMs });
    },
    /** An own verification: its report, or how far it is. */
    async verification(
      id: VerificationId,
    ): Promise<{ report: VerificationReport } | { progress: VerificationProgress }> {
      const answer = await exchange({ method: 'GET', path: pathOf`/v1/verifications/${id}` });
      return answer.status === 202
        ? { progress: parseAnswer(verificationProgress, answer) }
        : { report: parseAnswer(verificationReport, answer) };
    },
  };
}
export type PersonApi = ReturnType<typeof createPersonApi>;
