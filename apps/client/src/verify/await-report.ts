import { AuthorityRefusal, AuthorityUnreachableError, type PersonApi } from '@guise/api-client';
import type { VerificationId, VerificationReport } from '@guise/protocol';
import type { CommandContext } from '../context.js';
import type { Progress } from '../output/output.js';

const POLL_MS = 5000;
/** Polls in a row that nobody answers: a minute of a lost network is no reason to give up. */
const MAX_UNANSWERED = 12;

/**
 * Asks until the authority has read what it was handed, with a line of progress. Where the asking ends before the reading
 * (Ctrl-C too), it says under which id the report can be had: the authority reads on.
 */
export async function awaitReport(
  context: CommandContext,
  api: Pick<PersonApi, 'verification'>,
  id: VerificationId,
): Promise<VerificationReport> {
  const { output } = context;
  let line: Progress | null = null;
  try {
    let unanswered = 0;
    for (;;) {
      context.signal.throwIfAborted();
      const found = await api.verification(id).catch((error: unknown) => {
        if (error instanceof AuthorityUnreachableError && unanswered < MAX_UNANSWERED) return null;
        throw error;
      });
      if (found !== null && 'report' in found) return found.report;
      unanswered = found === null ? unanswered + 1 : 0;
      if (found?.progress.state === 'running') {
        line ??= output.progress('read', found.progress.seconds);
        line.update(found.progress.secondsRead, 'seconds of the recording');
      }
      await context.sleepMs(POLL_MS);
    }
  } catch (error) {
    if (!isFinal(error)) {
      output.say(
        { type: 'verification-left', id },
        `The authority reads on. Its report: guise verify --id ${id}`,
      );
    }
    throw error;
  } finally {
    line?.stop();
  }
}

/** The authority said why there will be no report; a sign-in that ran out meanwhile says nothing of the kind. */
const isFinal = (error: unknown): boolean =>
  error instanceof AuthorityRefusal && error.code !== 'unauthenticated';
