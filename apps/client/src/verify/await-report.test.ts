import { AuthorityRefusal, AuthorityUnreachableError, type PersonApi } from '@guise/api-client';
import { verificationId, type VerificationProgress } from '@guise/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.js';
import { openTestClient, type TestClient } from '../testing/test-context.js';
import { awaitReport } from './await-report.js';

const id = verificationId.parse(`ver_${'a'.repeat(26)}`);
const FIRST: VerificationProgress = { id, state: 'waiting', secondsRead: 0, seconds: null };
const READ: VerificationProgress = { ...FIRST, state: 'running', secondsRead: 30, seconds: 90 };
const LEFT = { type: 'verification-left', id };

const refusal = (code: 'verification-lost' | 'unauthenticated') =>
  new AuthorityRefusal({ type: `urn:guise:problem:${code}`, code, title: code, status: 410 });
const silence = new AuthorityUnreachableError('authority-unreachable', 'http://localhost');

describe('waiting for a report', () => {
  const clients: TestClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  /** Asks an authority that gives these answers in turn; errors are thrown. */
  const ask = async (...answers: readonly (Awaited<ReturnType<PersonApi['verification']>> | Error)[]) => {
    const client = await openTestClient({ json: true });
    clients.push(client);
    const left = [...answers];
    const verification = () => {
      const [answer] = left.splice(0, 1);
      if (answer === undefined) throw new Error('asked too often');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    return { client, answer: awaitReport(client.context, { verification }, id) };
  };

  it('says the id and how far it is, and gives the report', async () => {
    const report = sampleReport();
    const { client, answer } = await ask({ progress: FIRST }, { progress: READ }, { report });
    expect(await answer).toEqual(report);
    expect(client.events()).toEqual([expect.objectContaining({ type: 'progress', done: 30, total: 90 })]);
  });

  it('outlasts a network that is gone for a while, not for good', async () => {
    const report = sampleReport();
    expect(await (await ask(silence, silence, { report })).answer).toEqual(report);
    const { client, answer } = await ask(...Array<Error>(13).fill(silence));
    await expect(answer).rejects.toBe(silence);
    expect(client.events()).toContainEqual(LEFT);
  });

  it('ends with what the authority says of it, and names the id where that is not the end of it', async () => {
    const lost = await ask(refusal('verification-lost'));
    await expect(lost.answer).rejects.toMatchObject({ code: 'verification-lost' });
    expect(lost.client.events()).not.toContainEqual(LEFT);
    const signedOut = await ask(refusal('unauthenticated'));
    await expect(signedOut.answer).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(signedOut.client.events()).toContainEqual(LEFT);
  });

  it('ends at Ctrl-C, and says the id', async () => {
    const client = await openTestClient({ json: true });
    clients.push(client);
    const verification = () => Promise.reject(new Error('asked after Ctrl-C'));
    const context = { ...client.context, signal: AbortSignal.abort() };
    await expect(awaitReport(context, { verification }, id)).rejects.toMatchObject({ name: 'AbortError' });
    expect(client.events()).toContainEqual(LEFT);
  });
});
