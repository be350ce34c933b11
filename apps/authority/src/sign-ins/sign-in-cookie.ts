import type { FastifyReply, FastifyRequest } from 'fastify';
import { csrfTokenOf } from './own-page.js';
import type { SignIn } from './sign-ins.js';

/**
 * `__Host-`: browsers take it only with Secure, without Domain and for the whole host, so no sibling domain can plant one.
 * On http://localhost Chromium and Firefox take Secure cookies, Safari does not.
 */
const COOKIE = '__Host-guise';
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The sign-in token of the request's cookie. */
export function readSignInCookie(request: FastifyRequest): string | undefined {
  return readTokenCookie(request, COOKIE);
}

/** The token in a cookie of this name. Two of them, or one of another form, are none. */
export function readTokenCookie(request: FastifyRequest, cookie: string): string | undefined {
  const values = (request.headers.cookie ?? '').split(';').flatMap((pair) => {
    const [name, value = ''] = pair.trim().split('=', 2);
    return name === cookie ? [value] : [];
  });
  const [value] = values;
  return values.length === 1 && value !== undefined && TOKEN.test(value) ? value : undefined;
}

/** What the caller is told of a new or rotated sign-in: a program its token, a page its CSRF token beside the cookie. */
export function answerSignIn(reply: FastifyReply, signIn: SignIn, nowSeconds: number): object {
  const { token, expiresAt, personId, carrier } = signIn;
  if (carrier === 'bearer') return { token, expiresAt, personId };
  void reply.header('set-cookie', signInCookieOf(signIn, nowSeconds));
  return { csrfToken: csrfTokenOf(token), expiresAt, personId };
}

/** The cookie that carries a sign-in, as a `Set-Cookie` value. */
export function signInCookieOf({ token, expiresAt }: SignIn, nowSeconds: number): string {
  const maxAge = Math.max(0, expiresAt - nowSeconds);
  return `${COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${String(maxAge)}`;
}

/** Takes the cookie back from the browser; the sign-in itself is ended elsewhere. */
export function dropSignInCookie(reply: FastifyReply): void {
  void reply.header('set-cookie', `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
}
