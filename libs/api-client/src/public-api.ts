import {
  authenticationOptionsResponse,
  detectionReport,
  hashList,
  keyHistory,
  ledgerStatus,
  noticeResponse,
  registrationOptionsResponse,
  signInResponse,
  trustRoot,
  type WebauthnResponse,
} from '@guise/protocol';
import { z } from 'zod';
import { parseAnswer, pathOf, textOf, UPLOAD_TIMEOUT_MS, type Call, type Transport } from './transport.js';

const jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

/** What anyone may ask. */
export function createPublicApi(transport: Transport) {
  const ask = async <S extends z.ZodType>(schema: S, call: Call): Promise<z.infer<S>> =>
    parseAnswer(schema, await transport.exchange(call));
  const get = <S extends z.ZodType>(schema: S, path: string): Promise<z.infer<S>> =>
    ask(schema, { method: 'GET', path });
  const post = <S extends z.ZodType>(schema: S, path: string, json: unknown): Promise<z.infer<S>> =>
    ask(schema, { method: 'POST', path, json });

  return {
    /** Round trip and the server's clock (whole seconds, from the `Date` header; null when it sends none). */
    async health(): Promise<{ readonly ok: boolean; readonly serverTimeMs: number | null }> {
      const answer = await transport.exchange({ method: 'GET', path: '/healthz', timeoutMs: 5_000 });
      const date = Date.parse(answer.headers.get('date') ?? '');
      return { ok: answer.status === 200, serverTimeMs: Number.isNaN(date) ? null : date };
    },
    trustRoot: () => get(trustRoot, '/.well-known/guise-trust.json'),
    /** Verify it with `@guise/verification` against the pinned ledger key. */
    keyHistory: () => get(keyHistory, '/.well-known/guise-keys.json'),
    jwks: () => get(jwks, '/.well-known/jwks.json'),
    ledgerStatus: () => get(ledgerStatus, '/v1/ledger/status'),
    consistency: (first: number, second: number) =>
      get(hashList, pathOf`/v1/ledger/proof/consistency?first=${first}&second=${second}`),
    /** The signed note as text (C2SP tlog-checkpoint). */
    async checkpoint(): Promise<string> {
      return textOf(await transport.exchange({ method: 'GET', path: '/log/checkpoint' }));
    },
    /** A signed Token Status List; verify it with `@guise/permit`. Five seconds are a dead connection. */
    async statusList(id: string): Promise<string> {
      const path = pathOf`/v1/status-lists/${id}`;
      return textOf(await transport.exchange({ method: 'GET', path, timeoutMs: 5_000 }));
    },
    enrolmentNotice: () => get(noticeResponse, '/v1/notices/enrolment'),
    detect(file: Blob, name: string) {
      const form = [{ name: 'file', file, fileName: name }];
      return ask(detectionReport, { method: 'POST', path: '/v1/detect', form, timeoutMs: UPLOAD_TIMEOUT_MS });
    },
    registrationOptions: (invitation: string) =>
      post(registrationOptionsResponse, '/v1/passkeys/registration/options', { invitation }),
    register: (ceremony: string, response: WebauthnResponse) =>
      post(signInResponse, '/v1/passkeys/registration', { ceremony, response }),
    authenticationOptions: () =>
      post(authenticationOptionsResponse, '/v1/passkeys/authentication/options', {}),
    authenticate: (ceremony: string, response: WebauthnResponse) =>
      post(signInResponse, '/v1/passkeys/authentication', { ceremony, response }),
  };
}
export type PublicApi = ReturnType<typeof createPublicApi>;
