import { describe, expect, it, vi } from 'vitest';
import { AuthorityRefusal } from '@guise/api-client';
import type { ProblemCode, SessionEvent } from '@guise/protocol';
import { watchSession } from './session-events.js';

type Outcome = SessionEvent['end'] | null | Error;

/** Streams that end one after the other as told; the last one stays open. */
function watching(...outcomes: readonly Outcome[]) {
  const pauses: number[] = [];
  const heard: string[] = [];
  const signals: AbortSignal[] = [];
  const left = [...outcomes];
  const sessionEvents = vi.fn((_session: string, signal: AbortSignal) => {
    signals.push(signal);
    const next = left.shift();
    if (next === undefined) {
      return new Promise<SessionEvent['end'] | null>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    }
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
  const sleepMs = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const watch = watchSession({ sessionEvents }, 'ses', { sleepMs, random: () => 1 });
  return { sessionEvents, pauses, heard, signals, stop: watch((end) => heard.push(end)) };
}
const away = new Error('unreachable');
const refusal = (code: ProblemCode, status: number) =>
  new AuthorityRefusal({ type: `urn:guise:problem:${code}`, code, title: code, status });

describe('watching a session', () => {
  it('tells its end once and asks no more', async () => {
    const { sessionEvents, heard } = watching('suspended', 'revoked');
    await vi.waitFor(() => {
      expect(heard).toEqual(['suspended']);
    });
    expect(sessionEvents).toHaveBeenCalledTimes(1);
  });

  it('connects again after every stream without an end, later and later while there is none', async () => {
    const { pauses, heard } = watching(away, away, away, away, away, away, away, null, away, 'revoked');
    await vi.waitFor(() => {
      expect(heard).toEqual(['revoked']);
    });
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 250, 500]);
  });

  it.each([
    ['device-revoked', 403],
    ['not-found', 404],
  ] as const)('is told of the end by a stream that is refused: %s', async (code, status) => {
    const { sessionEvents, heard } = watching(away, refusal(code, status), 'closed');
    await vi.waitFor(() => {
      expect(heard).toEqual(['revoked']);
    });
    expect(sessionEvents).toHaveBeenCalledTimes(2);
  });

  it('asks again when the refusal says nothing of the session', async () => {
    const { heard } = watching(refusal('rate-limited', 429), refusal('not-ready', 503), 'closed');
    await vi.waitFor(() => {
      expect(heard).toEqual(['closed']);
    });
  });

  it('stops when told, and tells nothing then', async () => {
    const { sessionEvents, heard, signals, stop } = watching(null);
    await vi.waitFor(() => {
      expect(sessionEvents).toHaveBeenCalledTimes(2);
    });
    stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(sessionEvents).toHaveBeenCalledTimes(2);
    expect(heard).toEqual([]);
  });
});
