import { createHash } from 'node:crypto';
import {
  createEs256Key,
  createEs256Signer,
  KEY_RANDOM_BYTES,
  makeDpopProof,
  type Es256Signer,
} from '@guise/permit';
import { deviceAuthorizationResponse, tokenResponse } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { DpopNonces } from '../devices/dpop-nonces.js';
import type { ApiAnswer, Method } from './api.js';
import type { TestAuthority } from './authority.js';
import type { TestPerson } from './people.js';

/** A device that a person paired through the real ceremony. Every call carries a fresh DPoP proof. */
export interface TestDevice {
  readonly id: string;
  readonly signer: Es256Signer;
  readonly accessToken: string;
  call(method: Method, url: string, json?: unknown, changes?: ProofChanges): Promise<ApiAnswer>;
}

/** What an attacker does otherwise. */
export interface ProofChanges {
  /** Signs the proof instead of the device. */
  readonly signer?: Es256Signer;
  readonly accessToken?: string;
  /** Sent as it is, instead of a fresh proof. */
  readonly proof?: string;
  /** Seconds added to the proof's time. */
  readonly ageSeconds?: number;
  /** Besides those of the proof. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The same key for the same seed. */
export function deviceSigner(seed: string): Promise<Es256Signer> {
  return createEs256Signer(createEs256Key(createSeededRandom(`device ${seed}`)(KEY_RANDOM_BYTES)));
}

export async function pairDevice(
  authority: TestAuthority,
  person: TestPerson,
  seed = person.id,
): Promise<TestDevice> {
  const signer = await deviceSigner(seed);
  const { api } = authority;
  const started = await api.post(
    '/v1/device-authorizations',
    { deviceName: 'Test laptop' },
    { headers: { dpop: await proofFor(authority, signer, 'POST', '/v1/device-authorizations') } },
  );
  const { device_code, user_code } = deviceAuthorizationResponse.parse(started.body);
  const url = `/v1/device-authorizations/${user_code}`;
  const offer = await api.get(`${url}/statement`, { token: person.token });
  await api.post(`${url}/approval`, person.sign(offer.body), { token: person.token });
  const answer = await api.post(
    '/v1/token',
    { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code },
    { headers: { dpop: await proofFor(authority, signer, 'POST', '/v1/token') } },
  );
  const { access_token, device_id } = tokenResponse.parse(answer.body);
  const device = { id: device_id, signer, accessToken: access_token };
  return {
    ...device,
    call: (method, path, json, changes) => callAs(authority, device, method, path, json, changes),
  };
}

/** A fresh proof of `signer` for one request to the authority, with its nonce unless an attacker has none. */
export async function proofFor(
  authority: TestAuthority,
  signer: Es256Signer,
  method: Method,
  url: string,
  extra: { readonly accessToken?: string; readonly ageSeconds?: number; readonly nonce?: null } = {},
): Promise<string> {
  proofs += 1;
  return makeDpopProof(signer, {
    htm: method,
    htu: new URL(url, authority.config.publicUrl).href,
    iat: authority.clock.nowSeconds() - (extra.ageSeconds ?? 0),
    jti: createHash('sha256')
      .update(`${signer.kid} ${String(proofs)}`)
      .digest('base64url'),
    accessToken: extra.accessToken,
    nonce:
      extra.nonce === null ? undefined : await authority.app.get(DpopNonces, { strict: false }).current(),
  });
}
let proofs = 0;

async function callAs(
  authority: TestAuthority,
  device: Pick<TestDevice, 'signer' | 'accessToken'>,
  method: Method,
  url: string,
  json: unknown,
  changes: ProofChanges = {},
): Promise<ApiAnswer> {
  const { signer = device.signer, accessToken = device.accessToken, ageSeconds = 0 } = changes;
  const proof =
    changes.proof ?? (await proofFor(authority, signer, method, url, { accessToken, ageSeconds }));
  const headers = { ...changes.headers, authorization: `DPoP ${accessToken}`, dpop: proof };
  return authority.api.call(method, url, json === undefined ? { headers } : { json, headers });
}
