import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import passport from 'passport';
import { Strategy } from 'passport-custom';
import type { AnyPrincipal } from './principal.js';
import { ProblemError } from './problem-error.js';

export type StrategyName = 'sign-in' | 'device' | 'provisioning';
/** Finds the caller of a request, or undefined when the request names none. Throws ProblemError to say more. */
export type PrincipalFinder = (request: FastifyRequest) => Promise<AnyPrincipal | undefined>;

/**
 * Passport with one registry per application: the module-wide default would mix the strategies of two authorities in one
 * process.
 */
@Injectable()
export class Authenticator {
  private readonly registry = new passport.Passport();

  /** Registers how a kind of caller is found. Called by the module that owns the credentials. */
  use(name: StrategyName, find: PrincipalFinder): void {
    this.registry.use(
      name,
      new Strategy((request, done) => {
        find(asFastify(request)).then(
          (principal) => {
            done(null, principal ?? false);
          },
          (error: unknown) => {
            done(error);
          },
        );
      }),
    );
  }

  /** @throws ProblemError `unauthenticated`, or what the strategy says */
  authenticate(name: StrategyName, request: FastifyRequest, reply: FastifyReply): Promise<AnyPrincipal> {
    return new Promise((resolve, reject) => {
      const handler: unknown = this.registry.authenticate(
        name,
        { session: false },
        (error: unknown, principal: unknown) => {
          if (error !== null && error !== undefined) reject(asError(error));
          else if (isPrincipal(principal)) resolve(principal);
          else reject(new ProblemError('unauthenticated'));
        },
      );
      if (typeof handler !== 'function') throw new Error('passport gave no handler');
      Reflect.apply(handler, undefined, [request, reply, reject]);
    });
  }
}

function asFastify(request: unknown): FastifyRequest {
  if (!isFastifyRequest(request)) throw new Error('not a Fastify request');
  return request;
}

function isFastifyRequest(value: unknown): value is FastifyRequest {
  return typeof value === 'object' && value !== null && 'headers' in value && 'routeOptions' in value;
}

function isPrincipal(value: unknown): value is AnyPrincipal {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('authentication failed', { cause: error });
}
