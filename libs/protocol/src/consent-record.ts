import { z } from 'zod';
import { audience, consentResponse, consentTerms, platformHost, purpose } from './avatar.js';
import { avatarId, base64url, consentId, sha256Hex, unixSeconds } from './ids.js';

/** GET /v1/consents: the consents a person gave, in the order of their ids. */
export const consentSummary = consentResponse.extend({
  terms: z.array(consentTerms).min(1),
  notBefore: unixSeconds,
  notAfter: unixSeconds,
  supersedes: consentId.nullable(),
  supersededBy: consentId.nullable(),
});
export const consentList = z.object({ consents: z.array(consentSummary), next: consentId.nullable() });

export const CONSENT_RECEIPT_TYP = 'guise-consent-receipt+jwt';

/**
 * JSON-LD context of a consent record: the terms of the W3C Data Privacy Vocabulary (DPV 2) it is written in. It stands
 * in every record, so that nobody fetches anything to read one.
 */
export const CONSENT_RECORD_CONTEXT = {
  dpv: 'https://w3id.org/dpv#',
  pd: 'https://w3id.org/dpv/pd#',
  'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
  dct: 'http://purl.org/dc/terms/',
  guise: 'urn:guise:vocabulary#',
  schema_version: 'dct:conformsTo',
  record_id: 'dct:identifier',
  controller: 'dpv:hasDataController',
  id: 'dct:identifier',
  name: 'dct:title',
  subject: 'dpv:hasDataSubject',
  avatar: 'guise:avatar',
  sha256: 'guise:sha256',
  purposes: 'dpv:hasPurpose',
  purpose: 'guise:purpose',
  dpv_purpose: 'dpv:hasPurpose',
  data: 'dpv:hasPersonalData',
  recipients: 'dpv:hasRecipient',
  terms: 'guise:terms',
  wearers: 'dpv:hasRecipient',
  audience: 'guise:audience',
  meetings: 'guise:meetings',
  platforms: 'guise:platforms',
  not_before: 'guise:notBefore',
  not_after: 'guise:notAfter',
  legal_basis: 'dpv:hasLegalBasis',
  notice: 'dpv:hasNotice',
  locale: 'dct:language',
  collection_method: 'guise:collectionMethod',
  duration: 'dpv:hasDuration',
  withdrawal_method: 'guise:withdrawalMethod',
  alternative_offered: 'guise:alternativeOffered',
  statement_sha256: 'guise:statementSha256',
  supersedes: 'dct:replaces',
  superseded_by: 'dct:isReplacedBy',
  events: 'dpv:hasConsentStatus',
  state: 'guise:state',
  at: 'dct:date',
  signature_sha256: 'guise:signatureSha256',
} as const;

/** DPV consent status. */
export const consentEventState = z.enum([
  'dpv:ConsentRequested',
  'dpv:ConsentGiven',
  'dpv:RenewedConsentGiven',
  'dpv:ConsentWithdrawn',
  'dpv:ConsentExpired',
]);

const pseudonym = base64url(43).length(43);

/**
 * A consent in the shape of ISO/IEC TS 27560:2023. Persons appear by the authority's pairwise pseudonyms only; the
 * signed text itself is named by its hash.
 */
export const consentRecord = z.strictObject({
  '@context': z.record(z.string(), z.string()),
  '@type': z.literal('dpv:ConsentRecord'),
  schema_version: z.literal('urn:guise:consent-record:v1'),
  record_id: consentId,
  controller: z.strictObject({ id: z.url(), name: z.string().max(200) }),
  subject: pseudonym,
  avatar: z.strictObject({ id: avatarId, sha256: sha256Hex }),
  purposes: z.array(z.strictObject({ purpose, dpv_purpose: z.string() })).min(1),
  data: z.array(z.enum(['pd:FacialPrint', 'pd:Picture'])).min(1),
  recipients: z.array(pseudonym),
  terms: z
    .array(
      z.strictObject({
        wearers: z.array(pseudonym).min(1),
        purposes: z.array(purpose),
        audience: z.array(audience),
        meetings: z.array(z.string()).nullable(),
        platforms: z.array(platformHost).nullable(),
        not_before: unixSeconds,
        not_after: unixSeconds,
      }),
    )
    .min(1),
  /** GDPR Art. 9(2)(a): explicit consent. */
  legal_basis: z.literal('eu-gdpr:A9-2-a'),
  notice: z.strictObject({ sha256: sha256Hex, locale: z.string().max(20) }),
  collection_method: z.literal('guise:PasskeyAssertionOverText'),
  duration: z.strictObject({ not_before: unixSeconds, not_after: unixSeconds }),
  /** The one call that ends it. */
  withdrawal_method: z.string().max(400),
  alternative_offered: z.string().max(400),
  statement_sha256: sha256Hex,
  supersedes: consentId.nullable(),
  superseded_by: consentId.nullable(),
  events: z
    .array(
      z.strictObject({
        state: consentEventState,
        at: unixSeconds,
        /** The signed statement behind it, when there is one. */
        signature_sha256: sha256Hex.nullable(),
      }),
    )
    .min(1),
});
export type ConsentRecordDocument = z.infer<typeof consentRecord>;

/** Claims of a consent receipt: a JWS compact by the authority, ES256, `typ: guise-consent-receipt+jwt`. */
export const consentReceiptClaims = z.strictObject({
  iss: z.url(),
  iat: unixSeconds,
  record: consentRecord,
});
export type ConsentReceiptClaims = z.infer<typeof consentReceiptClaims>;
