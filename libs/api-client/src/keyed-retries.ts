import { AuthorityUnreachableError } from './errors.js';
import type { AuthenticatedExchange } from './person-api.js';
import { refusalOf, type Answer, type Call } from './transport.js';

/** Once more, soon: a person or a running meeting waits too, and asks again by themselves. */
const AFTER_SILENCE_MS = 250;
/** While the authority still carries out the first one. */
const WHILE_IN_PROGRESS_MS = 1_000;
const MAX_IN_PROGRESS = 5;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends calls that are marked `once` a second time when no answer came, under one `Idempotency-Key`: the authority carries
 * them out once, and gives the first answer again. Without it, whoever lost an answer could not tell whether to ask again.
 * @throws AuthorityUnreachableError when the second had no answer either
 */
export function withKeyedRetries(
  exchange: AuthenticatedExchange,
  wait: (ms: number) => Promise<void> = sleep,
): AuthenticatedExchange {
  return async (call) => {
    if (call.once !== true) return exchange(call);
    const headers = { ...call.headers, 'idempotency-key': `"${crypto.randomUUID()}"` };
    const keyed: Call = { ...call, headers };
    let answer = await orAgain(exchange, keyed, wait);
    for (let tries = 0; tries < MAX_IN_PROGRESS && isInProgress(answer); tries += 1) {
      await wait(WHILE_IN_PROGRESS_MS);
      answer = await exchange(keyed);
    }
    return answer;
  };
}

async function orAgain(
  exchange: AuthenticatedExchange,
  call: Call,
  wait: (ms: number) => Promise<void>,
): Promise<Answer> {
  try {
    return await exchange(call);
  } catch (error) {
    if (!(error instanceof AuthorityUnreachableError)) throw error;
  }
  await wait(AFTER_SILENCE_MS);
  return exchange(call);
}

const isInProgress = (answer: Answer): boolean =>
  answer.status === 409 && refusalOf(answer).code === 'idempotency-in-progress';
