/** Every way a ledger check can fail. Made for `switch`; codes are never renamed. */
export const LEDGER_ERROR_CODES = [
  'note-malformed',
  'note-unsigned',
  'note-signature-invalid',
  'key-malformed',
  'checkpoint-malformed',
  'checkpoint-origin',
  'checkpoint-rolled-back',
  'checkpoint-forked',
  'proof-range',
  'proof-invalid',
  'tile-path-malformed',
  'tile-missing',
  'tile-malformed',
  'entry-malformed',
  'entry-too-large',
  'ledger-diverged',
  'ledger-raced',
] as const;
export type LedgerErrorCode = (typeof LEDGER_ERROR_CODES)[number];

/** The one error this library throws. The message says what was wrong; it never holds a key or a payload. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';

  constructor(
    readonly code: LedgerErrorCode,
    message: string,
  ) {
    super(message);
  }
}
