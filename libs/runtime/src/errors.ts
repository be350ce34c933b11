import type { FinalReason } from './gate.js';

/** What makes a session impossible or void. Closed-gate reasons are no errors: they are answers (`reasons.ts`). */
export type RuntimeErrorCode =
  /** A frame has another size than the session. */
  | 'frame-size'
  /** Timestamps ran backwards. */
  | 'time-ran-back'
  /** A portrait renderer left part of its picture as it was: the frame is not shown. */
  | 'portrait-incomplete'
  /** The authority gave no live lease at the start. */
  | 'no-lease'
  /** The status list of a permit could not be had or does not hold. */
  | 'no-status'
  /** Evidence was not kept: what was written must not be published. */
  | 'evidence-failed'
  /** The thread of a live session failed, or ended before the camera did. */
  | 'renderer-failed'
  /** The source held no frame. */
  | 'no-frames';

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The authority answered a renewal, and the answer is no. A `PermitSource` throws it for what asking again cannot
 * change; any other error of `renew` counts as an answer not had.
 */
export class RenewalRefused extends Error {
  override readonly name = 'RenewalRefused';
  constructor(
    /** The device or what the permit rests on was withdrawn, or no further permit is given. */
    readonly reason: Extract<FinalReason, 'permit-revoked' | 'no-permit'>,
    options?: ErrorOptions,
  ) {
    super('The authority gives this session no further permit.', options);
  }
}
