import {
  deviceTemplate,
  evidenceResponse,
  leaseResponse,
  permitResponse,
  sessionEvent,
  type PermitRequest,
  type SessionEvent,
} from '@guise/protocol';
import type { z } from 'zod';
import { withKeyedRetries } from './keyed-retries.js';
import type { AuthenticatedExchange } from './person-api.js';
import { createEventReader } from './server-events.js';
import { parseAnswer, pathOf, refusalOf, type Call } from './transport.js';

/** The authority sends a heartbeat every five seconds: three missed are a dead connection. */
const EVENTS_SILENCE_MS = 15_000;

/** What a paired device may ask while it renders. */
export function createDeviceApi(send: AuthenticatedExchange) {
  const exchange = withKeyedRetries(send);
  const ask = async <S extends z.ZodType>(schema: S, call: Call): Promise<z.infer<S>> =>
    parseAnswer(schema, await exchange(call));
  const command = async (path: string, json: unknown): Promise<void> => {
    const answer = await exchange({ method: 'POST', path, json });
    if (answer.status >= 400) throw refusalOf(answer);
  };

  return {
    requestPermit: (request: PermitRequest) =>
      ask(permitResponse, { method: 'POST', path: '/v1/permits', json: request, once: true }),
    template: (sourceFace: string) =>
      ask(deviceTemplate, { method: 'GET', path: pathOf`/v1/source-faces/${sourceFace}/template` }),
    /** The lease is asked for often and answered fast: five seconds are a dead connection. */
    lease: (session: string) =>
      ask(leaseResponse, { method: 'GET', path: pathOf`/v1/sessions/${session}/lease`, timeoutMs: 5_000 }),
    /**
     * Listens to a session until it ends, or the stream does.
     * @returns how the session ended; null when the stream ended without an event
     */
    async sessionEvents(session: string, signal: AbortSignal): Promise<SessionEvent['end'] | null> {
      let end: SessionEvent['end'] | null = null;
      const onChunk = createEventReader(({ event, data }) => {
        const parsed = sessionEvent.safeParse(tryJson(data));
        if (parsed.success && parsed.data.end === event) end = parsed.data.end;
      });
      const answer = await exchange({
        ...{ method: 'GET', path: pathOf`/v1/sessions/${session}/events` },
        ...{ signal, onChunk, timeoutMs: EVENTS_SILENCE_MS, headers: { accept: 'text/event-stream' } },
      });
      if (answer.status >= 400) throw refusalOf(answer);
      return end;
    },
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

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
