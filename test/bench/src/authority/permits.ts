import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { openTestSession, proofFor, type ServedWearing, type TestSession } from '@guise/authority/testing';
import { atRate, perSecond, quantiles } from './measure.js';

const SESSIONS = 64;
const CONCURRENCY = 16;
const SECONDS = 10;
const RATE = 100;
/** Long enough for a few collections of the whole heap: they make the tail. */
const SECONDS_AT_RATE = 30;

/**
 * Renewals as runtimes ask for them, through the whole HTTP stack in this process; the proofs are made beforehand.
 * `processorMsEach` is of this process, asking included; PostgreSQL's comes on top.
 */
export async function measurePermits(wearing: ServedWearing) {
  const { authority } = wearing.organisation;
  const sessions: TestSession[] = [];
  for (let i = 0; i < SESSIONS; i += 1) {
    sessions.push(await openTestSession(authority, wearing.device, wearing.avatar));
  }
  let proofs: string[] = [];
  let next = 0;
  let failed = 0;
  const prepare = async (count: number): Promise<void> => {
    const { signer, accessToken } = wearing.device;
    proofs = [];
    for (let i = 0; i < count; i += 1) {
      proofs.push(await proofFor(authority, signer, 'POST', '/v1/permits', { accessToken }));
    }
  };
  const renew = async (): Promise<void> => {
    next += 1;
    const session = sessions[next % SESSIONS]?.id;
    const wish = { avatar: wearing.avatar.id, purpose: 'meeting', audience: 'internal', session };
    const proof = proofs.pop();
    const { status } = await wearing.device.call(
      'POST',
      '/v1/permits',
      wish,
      proof === undefined ? {} : { proof },
    );
    if (status !== 201) failed += 1;
  };
  await prepare(200);
  await perSecond(renew, { seconds: 1, concurrency: CONCURRENCY });
  await prepare(3_000);
  const [before, first] = [process.cpuUsage(), next];
  const rate = await perSecond(renew, { seconds: SECONDS, concurrency: CONCURRENCY });
  const { user, system } = process.cpuUsage(before);
  const processorMsEach = Math.round((user + system) / (next - first) / 10) / 100;
  if (failed > 0) throw new Error(`${String(failed)} renewals failed without haste`);
  await prepare(RATE * SECONDS_AT_RATE);
  const at100 = quantiles(await atRate(renew, { perSecond: RATE, seconds: SECONDS_AT_RATE }));
  // More than the machine can do: what waited too long for a connection was refused.
  return { perSecond: rate, processorMsEach, at100: { ...at100, failed } };
}

/** One row made durable, as every request's proof is. */
const COMMIT = {
  name: 'bench-commit',
  text: `INSERT INTO "DpopProof" ("id", "expiresAt") VALUES ($1::text, now() AT TIME ZONE 'UTC')`,
};

/**
 * What bounds it on this machine: the smallest question to the database, the signature alone, and one row made durable at twice
 * the rate of the renewals, which take two commits each: its tail is the disk's.
 */
export async function measureLimits(wearing: ServedWearing) {
  const { statements } = wearing.organisation.authority.database;
  const select = { name: 'bench-select', text: 'SELECT 1' };
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = new Uint8Array(1_500).fill(7);
  const signed = () => Promise.resolve(sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }));
  return {
    selectPerSecond: await perSecond(() => statements.run(select, []), {
      seconds: 3,
      concurrency: CONCURRENCY,
    }),
    signPerSecond: await perSecond(signed, { seconds: 3, concurrency: 1 }),
    commitAt200: quantiles(
      await atRate(() => statements.run(COMMIT, [randomUUID()]), { perSecond: 2 * RATE, seconds: SECONDS }),
    ),
  };
}
