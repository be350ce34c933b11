import type { PersonNoticeKind } from '@guise/protocol';

/** What a channel is given to deliver. */
export interface OutgoingNotice {
  readonly id: string;
  readonly person: string;
  readonly kind: PersonNoticeKind;
  readonly text: string;
  /** Unix seconds. */
  readonly at: number;
}

/**
 * A way to reach persons outside the account page: e-mail, a messenger. An adapter knows its own addresses. A notice that
 * it throws on is offered again, and after a crash a delivered one may be: `id` tells them apart.
 */
export interface NoticeChannel {
  /** Stable: deliveries are remembered by it. */
  readonly name: string;
  deliver(notice: OutgoingNotice): Promise<void>;
}

/** The channels beside the in-app list, which always is one. */
export const NOTICE_CHANNELS = Symbol('NoticeChannels');
