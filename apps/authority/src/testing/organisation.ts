import { encodeBundle, type AvatarView } from '@guise/avatar';
import { LANDMARK_COUNT } from '@guise/frame';
import {
  personId,
  type ApprovalDecision,
  type AvatarKind,
  type ConsentScope,
  type FaceAttribute,
  type Likeness,
} from '@guise/protocol';
import sharp from 'sharp';
import type { MeshPlace } from '../faces/face-judge.js';
import type { ApiAnswer } from './api.js';
import { textOf } from './api.js';
import { openTestAuthority, type TestAuthority, type TestAuthorityOptions } from './authority.js';
import type { DatabaseKind } from './databases.js';
import { multipart } from './forms.js';
import { firstAdmin, invitePerson, type TestPerson } from './people.js';
import { ScriptedFaceJudge } from './scripted-face-judge.js';

/** An authority with people in every role and a judge that sees what it is told. */
export interface TestOrganisation {
  readonly authority: TestAuthority;
  readonly judge: ScriptedFaceJudge;
  readonly adminA: TestPerson;
  readonly adminB: TestPerson;
  readonly adminC: TestPerson;
  readonly executive: TestPerson;
  readonly employee: TestPerson;
  readonly auditor: TestPerson;
}

export async function openTestOrganisation(
  kind: DatabaseKind,
  options: TestAuthorityOptions = {},
): Promise<TestOrganisation> {
  const judge = new ScriptedFaceJudge();
  const authority = await openTestAuthority(kind, { faceJudge: judge, ...options });
  const adminA = await firstAdmin(authority);
  const invite = (name: string, role: 'admin' | 'employee' | 'auditor', second?: TestPerson) =>
    invitePerson(authority, adminA, name, [role], second);
  const adminB = await invite('Admin B', 'admin');
  return {
    authority,
    judge,
    adminA,
    adminB,
    adminC: await invite('Admin C', 'admin', adminB),
    executive: await invite('Executive', 'employee'),
    employee: await invite('Employee', 'employee'),
    auditor: await invite('Auditor', 'auditor'),
  };
}

/** Enrols a face through notice, release and capture; the answer of the capture. */
export async function enrol(
  { authority }: Pick<TestOrganisation, 'authority'>,
  person: TestPerson,
  capture: string,
): Promise<ApiAnswer> {
  const { api } = authority;
  const notice = await api.get('/v1/notices/enrolment');
  const release = {
    noticeSha256: textOf(notice.body, 'sha256'),
    locale: textOf(notice.body, 'locale'),
    release: true,
  };
  const started = await api.post('/v1/enrolments', release, { token: person.token });
  const url = `/v1/enrolments/${textOf(started.body, 'id')}/capture`;
  return api.call('PUT', url, { token: person.token, ...multipart({ file: Buffer.from(capture) }) });
}

export interface DraftOptions {
  readonly kind: AvatarKind;
  readonly likeness: Likeness;
  /** The face the picture shows; null shows none. */
  readonly face: string | null;
  readonly name?: string;
  /** The face that a further, open-mouthed view shows; null shows none. */
  readonly viewFace?: string | null;
  /** Where in the picture of 64 × 64 the face is; the mesh is in its middle half. */
  readonly faceAt?: MeshPlace;
  /** What the face in the picture wears. */
  readonly attributes?: readonly FaceAttribute[];
}

/** A well-formed bundle whose pictures show faces to the judge. No two are alike. */
export async function makeBundle(judge: ScriptedFaceJudge, options: DraftOptions): Promise<Buffer> {
  const { viewFace } = options;
  const view = viewFace === undefined ? null : await makeView(judge, viewFace);
  return Buffer.from(
    encodeBundle({
      name: options.name ?? 'Avatar',
      kind: options.kind,
      likeness: options.likeness,
      ...(await makeView(judge, options.face, options.faceAt, options.attributes)),
      provenance: 'made for a test',
      licence: 'CC0',
      createdAt: 1_793_534_400,
      ...(view === null ? {} : { views: [{ role: 'mouth-open', ...view }] }),
    }),
  );
}

async function makeView(
  judge: ScriptedFaceJudge,
  face: string | null,
  at: MeshPlace | null = null,
  attributes: readonly FaceAttribute[] = [],
): Promise<AvatarView> {
  made += 1;
  const picture = await sharp({
    create: {
      width: 64,
      height: 64,
      channels: 3,
      background: { r: made % 256, g: (made >> 8) % 256, b: 90 },
    },
  })
    .png()
    .toBuffer();
  judge.show(new Uint8Array(picture), face, at, attributes);
  return {
    picture: { mediaType: 'image/png', width: 64, height: 64, bytes: new Uint8Array(picture) },
    landmarks: Float32Array.from({ length: LANDMARK_COUNT * 3 }, (_, i) => (i % 2 === 0 ? 16 : 48)),
  };
}
let made = 0;

export async function draftAvatar(
  { authority, judge }: Pick<TestOrganisation, 'authority' | 'judge'>,
  drafter: TestPerson,
  subject: TestPerson,
  options: DraftOptions,
  extra: object = {},
): Promise<ApiAnswer> {
  const { kind, likeness, name = 'Avatar' } = options;
  const meta = JSON.stringify({ name, kind, likeness, subject: subject.id, ...extra });
  const bundle = await makeBundle(judge, options);
  return authority.api.call('POST', '/v1/avatars', { token: drafter.token, ...multipart({ meta, bundle }) });
}

export function scopeFor(authority: TestAuthority, ...wearers: readonly TestPerson[]): ConsentScope {
  const now = authority.clock.nowSeconds();
  return {
    wearers: wearers.map((person) => personId.parse(person.id)),
    purposes: ['meeting'],
    audience: ['internal'],
    notBefore: now,
    notAfter: now + 30 * 24 * 3600,
  };
}

/** Asks for an offer, signs it, sends it. */
export async function consentTo(
  { authority }: Pick<TestOrganisation, 'authority'>,
  subject: TestPerson,
  avatar: string,
  scope: object,
): Promise<ApiAnswer> {
  const offer = await authority.api.post(`/v1/avatars/${avatar}/consent-offer`, scope, {
    token: subject.token,
  });
  if (offer.status !== 200) return offer;
  return authority.api.post(`/v1/avatars/${avatar}/consents`, subject.sign(offer.body), {
    token: subject.token,
  });
}

export async function decideOn(
  { authority }: Pick<TestOrganisation, 'authority'>,
  admin: TestPerson,
  avatar: string,
  decision: ApprovalDecision = 'approve',
): Promise<ApiAnswer> {
  const token = admin.token;
  const offer = await authority.api.post(`/v1/avatars/${avatar}/approval-offer`, { decision }, { token });
  if (offer.status !== 200) return offer;
  return authority.api.post(`/v1/avatars/${avatar}/approvals`, admin.sign(offer.body), { token });
}

/** An executive avatar through every signature: worn by `wearer`. @returns its id */
export async function activeExecutiveAvatar(
  organisation: TestOrganisation,
  wearer: TestPerson,
): Promise<string> {
  const { adminA, adminB, adminC, executive, authority } = organisation;
  const draft = await draftAvatar(organisation, adminA, executive, {
    kind: 'executive',
    likeness: 'artwork',
    face: null,
  });
  const avatar = textOf(draft.body, 'id');
  await consentTo(organisation, executive, avatar, scopeFor(authority, wearer));
  await decideOn(organisation, adminB, avatar);
  const last = await decideOn(organisation, adminC, avatar);
  if (textOf(last.body, 'state') !== 'active') throw new Error('the avatar did not become active');
  return avatar;
}
