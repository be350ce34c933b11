import {
  createEs256Key,
  createEs256Signer,
  issueStatusList,
  KEY_RANDOM_BYTES,
  packPermitStatuses,
  STATUS_LIST_SIZE,
} from '@guise/permit';
import { createSeededRandom } from '@guise/testing';
import { quantiles } from './measure.js';

const RUNS = 9;
/** Of the list's entries are ended: a month of a large organisation. */
const ENDED_SHARE = 0.01;

/** Packing, deflating and signing one list of 2^20 entries. */
export async function measureStatusList() {
  const random = createSeededRandom('status list bench');
  const signer = await createEs256Signer(createEs256Key(random(KEY_RANDOM_BYTES)));
  const bytes = Buffer.from(random(Math.floor(STATUS_LIST_SIZE * ENDED_SHARE) * 4));
  const ended = Array.from({ length: bytes.length / 4 }, (_, i) => {
    return [bytes.readUInt32LE(i * 4) % STATUS_LIST_SIZE, 'invalid'] as const;
  });
  const about = { uri: 'https://authority.example/v1/status-lists/bench', iat: 0, exp: 120, ttlSeconds: 30 };
  const times: number[] = [];
  let token = '';
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    token = await issueStatusList({ ...about, statuses: packPermitStatuses(ended) }, signer);
    times.push(performance.now() - start);
  }
  return { entries: STATUS_LIST_SIZE, buildMs: quantiles(times).p50Ms, bytes: token.length };
}
