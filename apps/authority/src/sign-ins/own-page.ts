import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem-error.js';

/** RFC 9110 §9.2.1: everything else may change something. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What a page repeats in `X-CSRF-Token`. Bound to the sign-in's token by HMAC: nobody who does not know the token can make
 * one, it changes with every rotation, and it needs no storage.
 */
export function csrfTokenOf(signInToken: string): string {
  return createHmac('sha256', signInToken).update('guise csrf v1').digest('base64url');
}

/**
 * The one rule for requests that a cookie authenticates: whatever may change something was sent by a page of this
 * authority, as the browser says (`Sec-Fetch-Site`, `Origin`), and repeats the CSRF token. SameSite is not relied on.
 * @throws ProblemError `cross-site-request`
 */
export function requireOwnPageAndToken(
  request: FastifyRequest,
  publicUrl: string,
  signInToken: string,
): void {
  if (SAFE_METHODS.has(request.method)) return;
  requireOwnPage(request, publicUrl);
  const sent = Buffer.from(singleHeader(request, 'x-csrf-token') ?? '');
  const expected = Buffer.from(csrfTokenOf(signInToken));
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) refuse();
}

/**
 * The browser says that a page of this authority sent the request. Also asked of sign-ins themselves: nobody is signed in
 * as somebody else by another site. A request that says nothing at all is no browser's, and refused.
 * @throws ProblemError `cross-site-request`
 */
export function requireOwnPage(request: FastifyRequest, publicUrl: string): void {
  const site = singleHeader(request, 'sec-fetch-site');
  const origin = singleHeader(request, 'origin');
  if (site === undefined && origin === undefined) refuse();
  if (site !== undefined && site !== 'same-origin') refuse();
  if (origin !== undefined && origin !== publicUrl) refuse();
}

/** Browsers say this on every request to a trustworthy origin; no script can set it, and programs do not. */
export function isFromBrowser(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-site'] !== undefined;
}

/** A header sent twice is joined by a comma: it then equals nothing that is allowed. */
function singleHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function refuse(): never {
  throw new ProblemError('cross-site-request');
}
