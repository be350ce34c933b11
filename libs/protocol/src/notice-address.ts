import { z } from 'zod';
import { unixSeconds } from './ids.js';

/**
 * An e-mail address as it is written in practice (RFC 5321 without quoted local parts, ASCII): one word, so that nothing in it
 * can end a header or a command.
 */
export const emailAddress = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/,
    'is no e-mail address like ada@example.org',
  )
  .refine((address) => address.indexOf('@') <= 64, 'has more than 64 characters before the @');

/** POST /v1/me/notice-address: where the person wants notices about their account, beside the list of them. */
export const noticeAddressRequest = z.strictObject({ email: emailAddress });

/** POST /v1/me/notice-address/confirmation: the code that was mailed there. */
export const noticeAddressConfirmation = z.strictObject({
  code: z
    .string()
    .max(20)
    .regex(/^[A-Za-z]{4}[ -]?[A-Za-z]{4}$/, 'is no code like BCDF-GHJK'),
});

/** GET /v1/me/notice-address */
export const noticeAddressResponse = z.object({
  /** Where notices go; null: they are in the list only. */
  email: emailAddress.nullable(),
  /** An address that waits for its code: nothing else goes there. */
  pending: z.object({ email: emailAddress, expiresAt: unixSeconds }).nullable(),
  /** Whether this authority sends mail at all. */
  mailIsSent: z.boolean(),
});
