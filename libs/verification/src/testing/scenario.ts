import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  assertionFromWebauthn,
  createMemoryLedger,
  createNoteSigner,
  createSequencer,
  formatVerifierKey,
  openTree,
  type LedgerPayload,
} from '@guise/ledger';
import {
  createEs256Key,
  createEs256Signer,
  issuePermit,
  jwkThumbprint,
  KEY_RANDOM_BYTES,
  signEvidenceSegment,
  signSessionOpening,
  type Es256Signer,
} from '@guise/permit';
import {
  approvalId,
  approvalStatement,
  avatarId,
  consentId,
  consentStatement,
  deviceId,
  deviceStatement,
  formatId,
  permitClaims,
  permitId,
  personId,
  sessionId,
  sourceFaceId,
  type EvidenceSegment,
  type PermitClaims,
  type ProofBundle,
  type TrustRoot,
} from '@guise/protocol';
import { createSeededRandom, createSoftwareAuthenticator, type SoftwareAuthenticator } from '@guise/testing';
import { decode } from 'cbor2';
import { createEpochChain } from 'invisible-watermark-ts';
import { z } from 'zod';
import { buildProofBundle } from '../bundle.js';

export const NOW = 1_793_534_400;
export const ORIGIN = 'https://authority.example';
const RP_ID = 'authority.example';
const EPOCHS = 5;
export const SESSION_NUMBER = 4_242_424_242;

const random = createSeededRandom('verification scenario');
const id = (kind: Parameters<typeof formatId>[0]): string => formatId(kind, random(16));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hashHex = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));

/** A person with a passkey whose key the log holds. */
export interface Signer {
  readonly person: ReturnType<typeof personId.parse>;
  readonly authenticator: SoftwareAuthenticator;
  readonly publicKey: Uint8Array;
}

const attestation = z.object({ authData: z.instanceof(Uint8Array) });

export function createSigner(): Signer {
  const authenticator = createSoftwareAuthenticator({ rpId: RP_ID, origin: ORIGIN, random });
  const created = authenticator.create({
    challenge: 'c'.repeat(43),
    rp: { id: RP_ID, name: 'Guise' },
    user: { id: 'dXNlcg', name: 'x', displayName: 'x' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  });
  const object = z.string().parse(created.response.attestationObject);
  const { authData } = attestation.parse(decode(new Uint8Array(Buffer.from(object, 'base64url'))));
  // rpIdHash 32, flags 1, counter 4, aaguid 16, credential id length 2, credential id, COSE key (WebAuthn §6.5.2).
  const idLength = (authData[53] ?? 0) * 256 + (authData[54] ?? 0);
  return { person: personId.parse(id('person')), authenticator, publicKey: authData.slice(55 + idLength) };
}

/** The statement of a person as the log keeps it. */
export function signStatement(signer: Signer, statement: unknown) {
  const text = utf8(JSON.stringify(statement));
  const challenge = Buffer.from(sha256(text)).toString('base64url');
  const response = signer.authenticator.get({ challenge, rpId: RP_ID });
  return { statement: text, assertion: assertionFromWebauthn(response), sha256: hashHex(text) };
}

/** What a test may do differently from a sound session, each at its place in the story. */
export interface Deviations {
  readonly entries?: (entries: LedgerPayload[]) => LedgerPayload[];
  readonly claims?: (claims: PermitClaims) => PermitClaims;
  /** Signs the permit, instead of the authority. */
  readonly permitSigner?: Es256Signer;
  readonly segment?: (segment: EvidenceSegment) => EvidenceSegment;
  /** Signs the evidence, instead of the device. */
  readonly evidenceSigner?: Es256Signer;
  readonly avatarKind?: 'own-face' | 'executive' | 'stylised';
  /** Only the first of the two admins approves. */
  readonly oneApproval?: boolean;
  readonly withdrawnAt?: number;
}

export interface Scenario {
  readonly bundle: ProofBundle;
  readonly trust: TrustRoot;
  readonly session: string;
  readonly permit: string;
  readonly opened: Es256Signer;
}

const subject = createSigner();
const wearer = createSigner();
const admins = [createSigner(), createSigner()] as const;
const drafter = createSigner();
const authority = await createEs256Signer(createEs256Key(random(KEY_RANDOM_BYTES)));
const device = await createEs256Signer(createEs256Key(random(KEY_RANDOM_BYTES)));
export const strangerKey = await createEs256Signer(createEs256Key(random(KEY_RANDOM_BYTES)));
const log = createNoteSigner('authority.example/log', random(32));
const chain = createEpochChain(random(32), 60);
const ids = {
  device: deviceId.parse(id('device')),
  avatar: avatarId.parse(id('avatar')),
  face: sourceFaceId.parse(id('sourceFace')),
  wearerFace: sourceFaceId.parse(id('sourceFace')),
  consent: consentId.parse(id('consent')),
  approvals: [approvalId.parse(id('approval')), approvalId.parse(id('approval'))] as const,
  session: sessionId.parse(id('session')),
  permit: permitId.parse(id('permit')),
};
export const people = { subject, wearer, admins, drafter };
export const scenarioIds = ids;
const avatarSha256 = 'ab'.repeat(32);

export const trust: TrustRoot = {
  issuer: ORIGIN,
  ledgerKey: formatVerifierKey(log.verifier),
  rpId: RP_ID,
  origins: [ORIGIN],
  permitKeys: [{ ...authority.publicJwk, kid: authority.kid, alg: 'ES256', use: 'sig' }],
};

/** A whole session of an approved executive avatar: signed, logged and bundled, with the deviations asked for. */
export async function createScenario(deviations: Deviations = {}): Promise<Scenario> {
  const entries = await tellStory(deviations);
  const ledger = createMemoryLedger();
  const told = deviations.entries?.(entries.payloads) ?? entries.payloads;
  const salts = told.map((_, i) => sha256(Uint8Array.of(i)));
  const payloads = told.map((payload, i) => ledger.stage(payload, salts[i] ?? new Uint8Array(32)));
  const { runOnce } = createSequencer({ storage: ledger, signer: log, clock: () => NOW });
  const checkpoint = await runOnce();
  const tree = openTree(ledger, checkpoint.size);
  const proven = await Promise.all(
    payloads.map(async (payload, index) => ({
      index,
      payload,
      salt: salts[index] ?? new Uint8Array(32),
      proof: await tree.proveInclusion(index),
    })),
  );
  const input = {
    mediaSha256: 'cd'.repeat(32),
    session: SESSION_NUMBER,
    checkpoint: checkpoint.note,
    entries: proven,
    permits: [entries.permit],
  };
  const bundle = await buildProofBundle(input, () => Promise.resolve());
  return { bundle, trust, session: ids.session, permit: entries.permit, opened: device };
}

async function tellStory(deviations: Deviations): Promise<{ payloads: LedgerPayload[]; permit: string }> {
  const consent = signStatement(subject, consentText());
  const approvals = admins
    .slice(0, deviations.oneApproval === true ? 1 : 2)
    .map((admin, i) => signStatement(admin, approvalText(admin, i, consent.sha256)));
  const opening = await signSessionOpening(
    { avatarSha256, chainEnd: bytesToHex(chain.end), chainLength: 60, iat: NOW, nonce: 'n'.repeat(22) },
    device,
  );
  const claims = await permitText(
    consent.sha256,
    approvals.map((approval) => approval.sha256),
  );
  const changed = deviations.claims?.(claims) ?? claims;
  const permit = await issuePermit(changed, deviations.permitSigner ?? authority);
  const segment = deviations.segment?.(segmentText()) ?? segmentText();
  const jws = await signEvidenceSegment(segment, deviations.evidenceSigner ?? device);
  const pairing = signStatement(wearer, await pairingText());
  const at = NOW;
  const state = {
    v: 1,
    kind: 'avatar-state',
    at,
    avatar: ids.avatar,
    avatarSha256,
    avatarKind: deviations.avatarKind ?? 'executive',
    likeness: 'person',
    subject: subject.person,
    draftedBy: drafter.person,
    by: null,
  } as const;
  const payloads: LedgerPayload[] = [
    ...[subject, wearer, ...admins, drafter].map((signer) => passkeyEntry(signer)),
    {
      v: 1,
      kind: 'device',
      at,
      device: ids.device,
      person: wearer.person,
      jwk: device.publicJwk,
      state: 'active',
      statement: pairing.statement,
      assertion: pairing.assertion,
    },
    { ...state, from: null, to: 'draft' },
    {
      v: 1,
      kind: 'consent-given',
      at,
      consent: ids.consent,
      person: subject.person,
      statement: consent.statement,
      assertion: consent.assertion,
    },
    ...approvals.map((approval, i): LedgerPayload => ({
      v: 1,
      kind: 'approval',
      at,
      approval: ids.approvals[i === 0 ? 0 : 1],
      person: admins[i === 0 ? 0 : 1].person,
      statement: approval.statement,
      assertion: approval.assertion,
    })),
    { ...state, from: 'awaiting-approval', to: 'active' },
    {
      v: 1,
      kind: 'session-opened',
      at,
      session: ids.session,
      sessionNumber: SESSION_NUMBER,
      person: wearer.person,
      device: ids.device,
      avatar: ids.avatar,
      opening,
      jwk: device.publicJwk,
    },
    permitEntry(changed, hashHex(utf8(permit))),
    { v: 1, kind: 'evidence', at, session: ids.session, segment: jws },
    {
      v: 1,
      kind: 'key-disclosure',
      at,
      session: ids.session,
      epoch: EPOCHS - 1,
      key: chain.keyOf(EPOCHS - 1),
    },
    { v: 1, kind: 'key-disclosure', at, session: ids.session, epoch: 1, key: chain.keyOf(1) },
  ];
  if (deviations.withdrawnAt !== undefined) {
    payloads.push({
      v: 1,
      kind: 'consent-withdrawn',
      at: deviations.withdrawnAt,
      consent: ids.consent,
      by: subject.person,
    });
  }
  return { payloads, permit };
}

export function passkeyEntry(signer: Signer): LedgerPayload {
  const credential = new Uint8Array(Buffer.from(signer.authenticator.credentialIds[0] ?? '', 'base64url'));
  const { person, publicKey } = signer;
  return { v: 1, kind: 'passkey', at: NOW, person, credential, publicKey, state: 'registered' };
}

const consentText = () =>
  consentStatement.parse({
    type: 'guise.consent.v1',
    id: ids.consent,
    avatar: ids.avatar,
    avatarSha256,
    subject: subject.person,
    sourceFace: ids.face,
    wearers: [wearer.person],
    purposes: ['meeting'],
    audience: ['internal'],
    notBefore: NOW - 100,
    notAfter: NOW + 86_400,
    noticeSha256: '12'.repeat(32),
    locale: 'en',
    issuedAt: NOW - 100,
    nonce: 'n'.repeat(43),
  });

const approvalText = (admin: Signer, i: number, consentSha256: string) =>
  approvalStatement.parse({
    type: 'guise.approval.v1',
    id: ids.approvals[i === 0 ? 0 : 1],
    avatar: ids.avatar,
    avatarSha256,
    consentSha256,
    approver: admin.person,
    decision: 'approve',
    issuedAt: NOW,
    nonce: 'n'.repeat(43),
  });

const pairingText = async () =>
  deviceStatement.parse({
    type: 'guise.device.v1',
    person: wearer.person,
    deviceName: 'laptop',
    jkt: await jwkThumbprint(device.publicJwk),
    userCode: 'BCDF-GHJK',
    issuedAt: NOW,
    nonce: 'n'.repeat(43),
  });

const permitText = async (consentSha256: string, approvals: readonly string[]): Promise<PermitClaims> =>
  permitClaims.parse({
    iss: ORIGIN,
    sub: 'p'.repeat(43),
    aud: ['guise-runtime'],
    client_id: ids.device,
    jti: ids.permit,
    iat: NOW,
    nbf: NOW,
    exp: NOW + 300,
    cnf: { jkt: await jwkThumbprint(device.publicJwk) },
    status: { status_list: { idx: 1, uri: `${ORIGIN}/v1/status-lists/1` } },
    authorization_details: [
      {
        type: 'urn:guise:wear:v1',
        avatar: ids.avatar,
        avatar_sha256: avatarSha256,
        source_face: ids.face,
        wearer: { source_face: ids.wearerFace, template_sha256: '34'.repeat(32) },
        consent: ids.consent,
        consent_sha256: consentSha256,
        approvals,
        purpose: 'meeting',
        audience: 'internal',
        not_after: NOW + 86_400,
        label: 'AI MODIFIED',
        label_positions: ['top-right'],
        non_commercial_models: false,
        own_models: [],
        watermark: { session: SESSION_NUMBER, chain_end: bytesToHex(chain.end) },
      },
    ],
    runtime: { min_version: '0.1.0' },
    checkpoint: { origin: 'authority.example/log', size: 0, root: 'r'.repeat(43) },
  });

function permitEntry(claims: PermitClaims, permitSha256: string): LedgerPayload {
  const [wear] = claims.authorization_details;
  if (wear === undefined) throw new Error('no wear');
  return {
    v: 1,
    kind: 'permit',
    at: claims.iat,
    permit: claims.jti,
    permitSha256,
    session: ids.session,
    sessionNumber: wear.watermark.session,
    person: wearer.person,
    device: ids.device,
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

const segmentText = (): EvidenceSegment => ({
  session: ids.session,
  sequence: 0,
  previous: null,
  permit: ids.permit,
  frame: { width: 1280, height: 720 },
  epochs: Array.from({ length: EPOCHS }, (_, epoch) => ({
    epoch,
    renderedAt: NOW + epoch,
    frames: 30,
    slateFrames: 0,
    frameRoot: '56'.repeat(32),
    fingerprints: ['A'.repeat(262)],
  })),
});
