import {
  deviceTemplate,
  evidenceResponse,
  leaseResponse,
  permitResponse,
  type PermitRequest,
} from '@guise/protocol';
import type { z } from 'zod';
import type { AuthenticatedExchange } from './person-api.js';
import { parseAnswer, pathOf, refusalOf, type Call } from './transport.js';

/** What a paired device may ask while it renders. */
export function createDeviceApi(exchange: AuthenticatedExchange) {
  const ask = async <S extends z.ZodType>(schema: S, call: Call): Promise<z.infer<S>> =>
    parseAnswer(schema, await exchange(call));
  const command = async (path: string, json: unknown): Promise<void> => {
    const answer = await exchange({ method: 'POST', path, json });
    if (answer.status >= 400) throw refusalOf(answer);
  };

  return {
    requestPermit: (request: PermitRequest) =>
      ask(permitResponse, { method: 'POST', path: '/v1/permits', json: request }),
    template: (sourceFace: string) =>
      ask(deviceTemplate, { method: 'GET', path: pathOf`/v1/source-faces/${sourceFace}/template` }),
    /** The lease is asked for often and answered fast: five seconds are a dead connection. */
    lease: (session: string) =>
      ask(leaseResponse, { method: 'GET', path: pathOf`/v1/sessions/${session}/lease`, timeoutMs: 5_000 }),
    sendEvidence: (session: string, segment: string) =>
      ask(evidenceResponse, {
        method: 'POST',
        path: pathOf`/v1/sessions/${session}/evidence`,
        json: { segment },
      }),
    discloseKey: (session: string, epoch: number, key: string) =>
      command(pathOf`/v1/sessions/${session}/keys`, { epoch, key }),
    close: (session: string, reason: 'finished' | 'revoked' | 'failed') =>
      command(pathOf`/v1/sessions/${session}/close`, { reason }),
  };
}
export type DeviceApi = ReturnType<typeof createDeviceApi>;
