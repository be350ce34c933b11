import { createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readTokenCookie } from '../sign-ins/sign-in-cookie.js';

/**
 * Names the begun sign-in to the browser that began it, and to no other: without it a code is worth nothing here. Lax,
 * because the browser comes back from the provider by a navigation of another site.
 */
const COOKIE = '__Host-guise-oidc';
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Lax';
const MAX_AGE_SECONDS = 600;

/** What one sign-in sends to the provider and expects back. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  /** RFC 7636; 43 characters. */
  readonly codeVerifier: string;
}

/** The secrets of a sign-in from its challenge, which never leaves the server: none of them tells another. */
export function flowSecretsOf(challenge: Uint8Array): FlowSecrets {
  const derive = (use: string): string =>
    createHmac('sha256', challenge).update(`guise oidc ${use} v1`).digest('base64url');
  return { state: derive('state'), nonce: derive('nonce'), codeVerifier: derive('code verifier') };
}

export function readFlowCookie(request: FastifyRequest): string | undefined {
  return readTokenCookie(request, COOKIE);
}

export function setFlowCookie(reply: FastifyReply, ceremony: string): void {
  void reply.header('set-cookie', `${COOKIE}=${ceremony}; ${ATTRIBUTES}; Max-Age=${String(MAX_AGE_SECONDS)}`);
}

/** A `Set-Cookie` value that takes it back: it is answered once. */
export const DROPPED_FLOW_COOKIE = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;
