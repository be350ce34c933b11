import {
  CONSENT_RECORD_CONTEXT,
  consentId,
  type ConsentRecordDocument,
  type ConsentStatement,
  type Likeness,
  type Purpose,
} from '@guise/protocol';
import { termsOf } from './terms.js';

/** Nearest purposes of the Data Privacy Vocabulary. */
const DPV_PURPOSES: Readonly<Record<Purpose, string>> = {
  meeting: 'dpv:CommunicationManagement',
  training: 'dpv:PersonnelManagement',
  'customer-service': 'dpv:CustomerCare',
  telemedicine: 'dpv:ServiceProvision',
  recording: 'dpv:RecordManagement',
};

/** As the notice says. */
const ALTERNATIVE =
  'Meetings with the camera, with a picture, or with the camera off, without any disadvantage.';

/** What is known of a consent beside the text that was signed. Times are Unix seconds. */
export interface ConsentFacts {
  readonly controller: { readonly id: string; readonly name: string };
  readonly statement: ConsentStatement;
  /** SHA-256 of the statement's exact text. */
  readonly statementSha256: string;
  readonly likeness: Likeness;
  readonly givenAt: number;
  readonly withdrawnAt: number | null;
  readonly supersededBy: string | null;
  /** The authority's pseudonym of a person. */
  readonly pseudonymOf: (personId: string) => string;
}

/** Writes a consent as a record in the shape of ISO/IEC TS 27560, as it stands at `now`. */
export function buildConsentRecord(facts: ConsentFacts, now: number): ConsentRecordDocument {
  const { statement, controller, pseudonymOf } = facts;
  const terms = termsOf(statement);
  const purposes = [...new Set(terms.flatMap((each) => each.purposes))];
  const recipients = [...new Set(terms.flatMap((each) => each.wearers))];
  return {
    '@context': CONSENT_RECORD_CONTEXT,
    '@type': 'dpv:ConsentRecord',
    schema_version: 'urn:guise:consent-record:v1',
    record_id: statement.id,
    controller,
    subject: pseudonymOf(statement.subject),
    avatar: { id: statement.avatar, sha256: statement.avatarSha256 },
    purposes: purposes.map((purpose) => ({ purpose, dpv_purpose: DPV_PURPOSES[purpose] })),
    data: facts.likeness === 'person' ? ['pd:FacialPrint', 'pd:Picture'] : ['pd:Picture'],
    recipients: recipients.map((person) => pseudonymOf(person)),
    terms: terms.map((each) => ({
      wearers: each.wearers.map((person) => pseudonymOf(person)),
      purposes: each.purposes,
      audience: each.audience,
      meetings: each.meetings ?? null,
      platforms: each.platforms ?? null,
      not_before: each.notBefore,
      not_after: each.notAfter,
    })),
    legal_basis: 'eu-gdpr:A9-2-a',
    notice: { sha256: statement.noticeSha256, locale: statement.locale },
    collection_method: 'guise:PasskeyAssertionOverText',
    duration: { not_before: statement.notBefore, not_after: statement.notAfter },
    withdrawal_method: `POST ${controller.id}/v1/consents/${statement.id}/withdraw`,
    alternative_offered: ALTERNATIVE,
    statement_sha256: facts.statementSha256,
    supersedes: statement.supersedes ?? null,
    superseded_by: facts.supersededBy === null ? null : consentId.parse(facts.supersededBy),
    events: eventsOf(facts, now),
  };
}

function eventsOf(facts: ConsentFacts, now: number): ConsentRecordDocument['events'] {
  const { statement, statementSha256, givenAt, withdrawnAt } = facts;
  const renewed = statement.supersedes !== undefined;
  const events: ConsentRecordDocument['events'] = [
    { state: 'dpv:ConsentRequested', at: statement.issuedAt, signature_sha256: null },
    {
      state: renewed ? 'dpv:RenewedConsentGiven' : 'dpv:ConsentGiven',
      at: givenAt,
      signature_sha256: statementSha256,
    },
  ];
  if (withdrawnAt !== null) {
    events.push({ state: 'dpv:ConsentWithdrawn', at: withdrawnAt, signature_sha256: null });
  } else if (now >= statement.notAfter) {
    events.push({ state: 'dpv:ConsentExpired', at: statement.notAfter, signature_sha256: null });
  }
  return events;
}
