import { AuthorityRefusal, type DeviceApi } from '@guise/api-client';
import type { ProblemCode } from '@guise/protocol';
import type { PermitSource } from '@guise/runtime';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;

/** Whoever asks for the stream and is told this has no session any more: its person or device ended while nobody listened. */
const ENDED: ReadonlySet<ProblemCode> = new Set(['device-revoked', 'not-found']);

/**
 * Listens to a session's events, and connects again whenever the stream ends without one: at once after one that lasted,
 * later and later while none can be had. The pauses are spread so that a restarted authority is not asked by all at once.
 */
export function watchSession(
  deviceApi: Pick<DeviceApi, 'sessionEvents'>,
  session: string,
  ports: { readonly sleepMs: (ms: number) => Promise<void>; readonly random: () => number },
): PermitSource['watch'] {
  return (onEnd) => {
    const stop = new AbortController();
    void listen(stop.signal);
    return () => {
      stop.abort();
    };

    async function listen(signal: AbortSignal): Promise<void> {
      let pauseMs = FIRST_PAUSE_MS;
      while (!signal.aborted) {
        try {
          const end = await deviceApi.sessionEvents(session, signal);
          if (end !== null) {
            onEnd(end);
            return;
          }
          pauseMs = FIRST_PAUSE_MS;
        } catch (error) {
          if (saysEnded(error, signal)) {
            onEnd('revoked');
            return;
          }
          // Lease and status list tell what is wrong; here it only takes longer until the next attempt.
          pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        }
        await ports.sleepMs(pauseMs * (0.5 + ports.random() / 2));
      }
    }
  };
}

/** Whoever stopped listening is told nothing any more. */
const saysEnded = (error: unknown, { aborted }: AbortSignal): boolean =>
  !aborted && error instanceof AuthorityRefusal && ENDED.has(error.code);
