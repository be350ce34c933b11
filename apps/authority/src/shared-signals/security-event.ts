import { z } from 'zod';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
/** CAEP 1.0 §3.1: all of the subject's sessions are over. */
export const SESSION_REVOKED = `${CAEP}/session-revoked`;
/** CAEP 1.0 §3.3: a credential of the subject was made, changed, revoked or deleted. */
export const CREDENTIAL_CHANGE = `${CAEP}/credential-change`;

/** Seconds that a transmitter may go on trying to deliver; older events are refused. */
export const MAX_AGE_SECONDS = 24 * 3600;
export const MAX_AHEAD_SECONDS = 10;
/** As long as an event could come again, and as long once more. */
export const REMEMBERED_SECONDS = 2 * MAX_AGE_SECONDS;

const text = z.string().min(1).max(500);
/** RFC 9493. Formats that name nobody here are let through, and find nobody. */
const simpleSubject = z.looseObject({
  format: text,
  iss: text.optional(),
  sub: text.optional(),
  id: text.optional(),
});
const subject = z.union([
  z.looseObject({ format: z.literal('complex'), user: simpleSubject.optional() }),
  simpleSubject,
]);

const sessionRevoked = z.looseObject({ event_timestamp: z.number().optional() });
const credentialChange = z.looseObject({
  credential_type: text,
  change_type: z.enum(['create', 'revoke', 'update', 'delete']),
});

/** Claims of a security event token as SSF 1.0 §4 profiles RFC 8417: one event, a subject, and neither `sub` nor `exp`. */
export const setClaims = z.looseObject({
  iss: text,
  aud: z.union([text, z.array(text).max(20)]),
  jti: z.string().min(1).max(200),
  iat: z.int().nonnegative(),
  sub: z.undefined().optional(),
  exp: z.undefined().optional(),
  sub_id: subject.optional(),
  events: z
    .record(z.string().max(300), z.looseObject({}))
    .refine((events) => Object.keys(events).length === 1, 'one event'),
});
export type SetClaims = z.infer<typeof setClaims>;

/** Who an event is about, as far as it could be somebody here. */
export type SubjectName =
  | { readonly kind: 'identity'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'person'; readonly id: string };

/** What an event asks for. */
export interface Signal {
  readonly name: 'session-revoked' | 'credential-change';
  /** A credential is gone: devices that its holder paired end too. */
  readonly endsDevices: boolean;
  readonly subject: SubjectName | null;
}

/**
 * Reads what is to be done. Null: nothing, it is an event of another kind, or one that only tells the stream works.
 * @throws ZodError when an event of ours is not of its form
 */
export function readSignal({ events, sub_id }: SetClaims): Signal | null {
  const [[type, payload] = ['', {}]] = Object.entries(events);
  const about = sub_id === undefined ? null : nameOf(sub_id);
  if (type === SESSION_REVOKED) {
    sessionRevoked.parse(payload);
    return { name: 'session-revoked', endsDevices: false, subject: about };
  }
  if (type !== CREDENTIAL_CHANGE) return null;
  const { change_type: change } = credentialChange.parse(payload);
  return {
    name: 'credential-change',
    endsDevices: change === 'revoke' || change === 'delete',
    subject: about,
  };
}

function nameOf(named: z.infer<typeof subject>): SubjectName | null {
  const user =
    'user' in named ? simpleSubject.safeParse(named.user).data : simpleSubject.safeParse(named).data;
  if (user?.format === 'iss_sub' && user.iss !== undefined && user.sub !== undefined) {
    return { kind: 'identity', issuer: user.iss, subject: user.sub };
  }
  return user?.format === 'opaque' && user.id !== undefined ? { kind: 'person', id: user.id } : null;
}
