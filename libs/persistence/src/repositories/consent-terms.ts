import { termsOf } from '@guise/consent';
import { consentStatement } from '@guise/protocol';
import { parseOnce } from '../parse-once.js';

/** Signed texts whose terms are remembered: the consents that are worn under at a time. */
const KEPT = 512;

/** What a consent allows, from its signed text and never from columns beside it. */
export const termsOfStatement = parseOnce(
  (statement) => termsOf(consentStatement.parse(JSON.parse(statement))),
  KEPT,
);
