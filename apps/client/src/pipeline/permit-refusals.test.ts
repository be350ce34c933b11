import { describe, expect, it } from 'vitest';
import { AuthorityRefusal, AuthorityUnreachableError } from '@guise/api-client';
import type { ProblemCode } from '@guise/protocol';
import { RenewalRefused } from '@guise/runtime';
import { CliError } from '../cli-error.js';
import { tellingRefusals } from './permit-refusals.js';

const refusal = (code: ProblemCode) =>
  new AuthorityRefusal({ type: `urn:guise:problem:${code}`, code, title: code, status: 403 });

const renewalFailing = (error: Error): Promise<unknown> =>
  tellingRefusals({
    lease: () => Promise.reject(new Error('not asked')),
    status: () => Promise.reject(new Error('not asked')),
    watch: () => () => undefined,
    renew: () => Promise.reject(error),
  })
    .renew()
    .catch((thrown: unknown) => thrown);

const leaseFailing = (error: Error): Promise<unknown> =>
  tellingRefusals({
    lease: () => Promise.reject(error),
    status: () => Promise.reject(new Error('not asked')),
    watch: () => () => undefined,
    renew: () => Promise.reject(new Error('not asked')),
  })
    .lease()
    .catch((thrown: unknown) => thrown);

describe('a lease', () => {
  it('that the device cannot have any more is the end', async () => {
    expect(await leaseFailing(refusal('device-revoked'))).toMatchObject({ state: 'revoked' });
  });

  it.each([
    refusal('internal'),
    refusal('rate-limited'),
    refusal('unauthenticated'),
    new AuthorityUnreachableError('authority-timeout', 'http://localhost:4080'),
  ])('is not had when %s', async (error) => {
    expect(await leaseFailing(error)).toBe(error);
  });
});

describe('a failed renewal', () => {
  it.each([
    [refusal('permit-denied'), 'no-permit'],
    [refusal('session-closed'), 'no-permit'],
    [refusal('device-revoked'), 'permit-revoked'],
    [new CliError('gateShut', 'the permit is for internal use only'), 'no-permit'],
  ])('is a refusal when %s', async (error, reason) => {
    const thrown = await renewalFailing(error);
    expect(thrown).toBeInstanceOf(RenewalRefused);
    expect(thrown).toMatchObject({ reason, cause: error });
  });

  it.each([
    refusal('internal'),
    refusal('not-ready'),
    refusal('rate-limited'),
    refusal('dpop-nonce-required'),
    new AuthorityUnreachableError('authority-timeout', 'http://localhost:4080'),
  ])('is no answer when %s', async (error) => {
    expect(await renewalFailing(error)).toBe(error);
  });
});
