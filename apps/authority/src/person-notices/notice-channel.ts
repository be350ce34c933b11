import type { Transaction } from '@guise/persistence';
import type { PersonNoticeKind } from '@guise/protocol';

/** What a channel is given to deliver. */
export interface OutgoingNotice {
  readonly id: string;
  readonly person: string;
  /** As the channel called them when they were told. */
  readonly recipient: string;
  readonly kind: PersonNoticeKind;
  readonly text: string;
  /** Unix seconds. */
  readonly at: number;
}

/**
 * A way to reach persons outside the account page: e-mail, a messenger. A notice that it throws on is offered again, and after
 * a crash a delivered one may be: `id` tells them apart.
 */
export interface NoticeChannel {
  /** Stable: what is still to be delivered is remembered by it. */
  readonly name: string;
  /** How it reaches a person now, asked in the transaction of what happened; null when it cannot. */
  recipientOf(tx: Transaction, person: string): Promise<string | null>;
  deliver(notice: OutgoingNotice): Promise<void>;
  /** Sends a code to whom a person says they are by this channel. Absent: persons do not name its recipients. */
  sendCode?(recipient: string, code: string): Promise<void>;
}

/** The channels beside the in-app list, which always is one. */
export const NOTICE_CHANNELS = Symbol('NoticeChannels');
