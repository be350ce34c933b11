import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrashTask } from '../testing/crash-child.js';
import {
  checkLedger,
  compiled,
  consentTo,
  decideOn,
  draftAvatar,
  LedgerSequencer,
  openLasting,
  openTestOrganisation,
  scopeFor,
  testDatabases,
  textOf,
  witnessLedger,
  type LastingDatabase,
  type LedgerWitness,
  type TestAuthority,
} from '../testing/index.js';

/** Compiled code of the children, kept between them and between runs. */
const COMPILE_CACHE = join(import.meta.dirname, '../../../../.cache/test/compiled');
/** Lives at a time: one process dies while the remains of another are read. */
const LANES = 2;
/** More kill points than an approval has writes: the loop ends when one run survives. */
const MOST_WRITES = 40;

interface Prepared {
  readonly lasting: LastingDatabase;
  readonly avatar: string;
  readonly adminToken: string;
  readonly approverToken: string;
  /** Two signatures of the last approver over two offers: one for the crash, one to try again with. */
  readonly first: object;
  readonly second: object;
  /** The log before the crash. */
  readonly ledger: LedgerWitness;
}

describe.each(await testDatabases())('kill -9 between any two writes of an approval on %s', (kind) => {
  let prepared: Prepared;
  let script: string;
  let work: string;

  beforeAll(async () => {
    script = await compiled('testing/crash-child.js');
    work = await mkdtemp(join(tmpdir(), 'guise-crash-'));
    const lasting = await openLasting(kind, join(work, 'prepared'));
    const org = await openTestOrganisation(kind, { lasting });
    const draft = await draftAvatar(org, org.adminA, org.executive, {
      kind: 'executive',
      likeness: 'artwork',
      face: null,
    });
    const avatar = textOf(draft.body, 'id');
    await consentTo(org, org.executive, avatar, scopeFor(org.authority, org.employee));
    await decideOn(org, org.adminB, avatar);
    const offer = async () => {
      const request = { decision: 'approve' };
      const url = `/v1/avatars/${avatar}/approval-offer`;
      return org.adminC.sign((await org.authority.api.post(url, request, { token: org.adminC.token })).body);
    };
    prepared = {
      lasting,
      avatar,
      adminToken: org.adminA.token,
      approverToken: org.adminC.token,
      first: await offer(),
      second: await offer(),
      ledger: await witnessAll(org.authority),
    };
    await org.authority.close();
  }, 180_000);

  afterAll(async () => {
    await prepared.lasting.drop();
    await rm(work, { recursive: true, force: true });
  });

  it('loses nothing and leaves nothing half done', async () => {
    const outcomes: Outcome[] = [];
    let next = 1;
    let survived = false;
    const lane = async (): Promise<void> => {
      while (!survived && next <= MOST_WRITES) {
        const write = next++;
        const outcome = await liveOnce(write);
        outcomes[write - 1] = outcome;
        survived ||= outcome.survived;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expectWholeStory(outcomes);
  }, 600_000);

  async function liveOnce(write: number): Promise<Outcome> {
    const copy = await prepared.lasting.copy(join(work, `kill-${String(write)}`));
    try {
      const survived = await approveAndDie(copy, write);
      return { survived, state: await inspect(copy) };
    } finally {
      await copy.drop();
    }
  }

  /** @returns whether the process answered before it was to die */
  function approveAndDie(database: LastingDatabase, killAtWrite: number): Promise<boolean> {
    const task: CrashTask = {
      env: { ...database.env },
      url: `/v1/avatars/${prepared.avatar}/approvals`,
      token: prepared.approverToken,
      json: prepared.first,
      killAtWrite,
    };
    const env = { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [script, JSON.stringify(task)], { env }, (error, stdout, stderr) => {
        if (error === null && stdout.includes('done 201')) resolve(true);
        else if (error?.signal === 'SIGKILL') resolve(false);
        else reject(new Error(`the child neither died nor finished: ${stdout}${stderr}`));
      });
    });
  }

  /** Opens what is left and checks that registry and ledger tell one story, then finishes the approval. */
  async function inspect(database: LastingDatabase): Promise<'done' | 'undone'> {
    const org = await database.open();
    try {
      const { client } = org.database;
      const url = `/v1/avatars/${prepared.avatar}`;
      const state = textOf((await org.api.get(url, { token: prepared.adminToken })).body, 'state');
      const approvals = await client.approval.count({ where: { avatarId: prepared.avatar } });
      expect([state, approvals]).toEqual(state === 'active' ? ['active', 2] : ['awaiting-approval', 1]);
      expect(await client.ledgerEntry.count({ where: { kind: 'approval' } })).toBe(approvals);
      expect(await client.ledgerEntry.count({ where: { kind: 'avatar-state' } })).toBe(
        state === 'active' ? 3 : 2,
      );
      // Opening it has published what the dead process had committed.
      expect(await checkLedger(org, prepared.ledger, 'approval')).toBe(approvals);
      const again = await org.api.post(`${url}/approvals`, prepared.second, {
        token: prepared.approverToken,
      });
      expect(again).toMatchObject(
        state === 'active' ? { status: 409 } : { status: 201, body: { state: 'active' } },
      );
      await org.app.get(LedgerSequencer).publish();
      expect(await checkLedger(org, prepared.ledger, 'approval')).toBe(2);
      return state === 'active' ? 'done' : 'undone';
    } finally {
      await org.close();
    }
  }
});

interface Outcome {
  /** Whether the process answered before it was to die. */
  readonly survived: boolean;
  readonly state: 'done' | 'undone';
}

/** Killed before every write there is, one after the other, until a run had no such write. */
function expectWholeStory(outcomes: readonly Outcome[]): void {
  const survivor = outcomes.findIndex(({ survived }) => survived);
  expect(survivor).toBeGreaterThan(5);
  expect(outcomes.slice(survivor).every(({ survived, state }) => survived && state === 'done')).toBe(true);
  expect(outcomes.slice(0, survivor).map(({ state }) => state)).toContain('undone');
}

/** Publishes what is staged, so that the witness has seen all there was before. */
async function witnessAll(authority: TestAuthority): Promise<LedgerWitness> {
  await authority.app.get(LedgerSequencer).publish();
  return witnessLedger(authority);
}
