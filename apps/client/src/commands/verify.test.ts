import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNoteSigner, formatVerifierKey } from '@guise/ledger';
import type { ProofResult } from '@guise/verification';
import { createSeededRandom, p256Fixture } from '@guise/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_CODES, type ExitName } from '../exit-codes.js';
import { sampleReport } from '../testing/sample-report.js';
import { openFakeAuthority, problemAnswer } from '../testing/fake-authority.js';
import { openTestClient } from '../testing/test-context.js';
import type { MediaMatch } from '../verify/media-match.js';
import { exitOf } from './verify.js';

const proof = (outcome: ProofResult['outcome']): ProofResult => ({
  outcome,
  exitCode: 0,
  checks: [],
  checkpoint: null,
});
const MATCHING: MediaMatch = { sameFile: true, compared: 4, matching: 4 };

describe('exit code of a verification', () => {
  it.each<[string, Parameters<typeof exitOf>, ExitName]>([
    ['all well', ['authorised', proof('valid'), MATCHING], 'ok'],
    ['a proof alone', [null, proof('valid'), null], 'ok'],
    ['no mark', ['unmarked', null, null], 'unmarked'],
    ['altered', ['altered', proof('valid'), null], 'altered'],
    ['not permitted', ['not-authorised', proof('valid'), null], 'notAuthorised'],
    ['undecided', ['inconclusive', null, null], 'inconclusive'],
    ['too few witnesses', ['authorised', proof('under-witnessed'), MATCHING], 'underWitnessed'],
    ['a verdict before too few witnesses', ['altered', proof('under-witnessed'), null], 'altered'],
    ['a forked ledger before everything', ['authorised', proof('diverged'), MATCHING], 'diverged'],
    ['a broken proof before the verdict', ['unmarked', proof('invalid'), null], 'proofInvalid'],
    ['a claim without proof', ['authorised', null, null], 'proofInvalid'],
    ['another file', ['authorised', proof('valid'), { ...MATCHING, sameFile: false }], 'proofInvalid'],
    [
      'one second of another picture',
      ['authorised', proof('valid'), { ...MATCHING, matching: 3 }],
      'proofInvalid',
    ],
    [
      'nothing that could be compared',
      ['authorised', proof('valid'), { ...MATCHING, compared: 0, matching: 0 }],
      'proofInvalid',
    ],
  ])('%s', (_, args, expected) => {
    expect(exitOf(...args)).toBe(expected);
  });
});

describe('guise verify', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-verify-'));
    const random = createSeededRandom('verify');
    const trust = {
      issuer: 'https://guise.example.org',
      ledgerKey: formatVerifierKey(createNoteSigner('guise.test/log', random(32)).verifier),
      rpId: 'guise.example.org',
      origins: ['https://guise.example.org'],
      permitKeys: [{ ...p256Fixture(random).publicJwk, kid: 'k' }],
    };
    await writeFile(path('trust.json'), JSON.stringify(trust));
    await writeFile(path('report.json'), JSON.stringify(sampleReport()));
    await writeFile(
      path('forged.json'),
      JSON.stringify({
        format: 'guise-proof/1',
        mediaSha256: '00'.repeat(32),
        session: 1,
        checkpoint: 'forged',
        entries: [],
        permits: [],
      }),
    );
    await writeFile(path('garbage.json'), '{"a":1}');
    await writeFile(path('clip.bin'), 'clip');
    await writeFile(path('sign-in'), 'token', { mode: 0o600 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (...args: readonly string[]) => {
    const client = await openTestClient({ json: true });
    const code = await client.run('verify', ...args);
    await client.close();
    return { code, events: client.events() };
  };
  const offline = (name: string) => run('--bundle', path(name), '--trust', path('trust.json'));

  it('does not take a report without a proof at its word', async () => {
    expect((await offline('report.json')).code).toBe(EXIT_CODES.proofInvalid);
  });

  it('names the failed check of a forged proof', async () => {
    const { code, events } = await offline('forged.json');
    expect(code).toBe(EXIT_CODES.proofInvalid);
    expect(JSON.stringify(events)).toContain('"name":"checkpoint-signature","state":"failed"');
  });

  it('refuses what is neither report nor bundle, and a trust root that is none', async () => {
    expect((await offline('garbage.json')).code).toBe(EXIT_CODES.badInput);
    expect((await offline('missing.json')).code).toBe(EXIT_CODES.badInput);
    expect((await run('--bundle', path('report.json'), '--trust', path('garbage.json'))).code).toBe(
      EXIT_CODES.badInput,
    );
    expect((await run('--bundle', path('report.json'))).code).toBe(EXIT_CODES.usage);
  });

  it('asks the authority with the sign-in of an auditor and writes both reports', async () => {
    const unmarked = sampleReport({ verdict: 'unmarked', facts: null, timeline: [] });
    const authority = await openFakeAuthority({ 'POST /v1/verifications': () => ({ json: unmarked }) });
    const { code } = await run(
      ...[
        path('clip.bin'),
        '--sign-in',
        path('sign-in'),
        '--authority',
        authority.url,
        '--trust',
        path('trust.json'),
      ],
      ...['--html', path('out.html'), '--report', path('out.json')],
    );
    authority.close();
    expect(code).toBe(EXIT_CODES.unmarked);
    expect(await readFile(path('out.html'), 'utf8')).toContain('<h1 id="verdict">Unmarked</h1>');
    expect(JSON.parse(await readFile(path('out.json'), 'utf8'))).toMatchObject({ verdict: 'unmarked' });
  });

  it('has every second read, and waits for the report', async () => {
    const report = sampleReport({ verdict: 'unmarked', facts: null, timeline: [] });
    const progress = { id: report.id, state: 'waiting', secondsRead: 0, seconds: null };
    const answers = [{ status: 202, json: progress }, { json: report }];
    const authority = await openFakeAuthority({
      'POST /v1/verifications': (_, query) => ({
        ...(query.get('whole') === 'true' ? { status: 202, json: progress } : { json: report }),
      }),
      [`GET /v1/verifications/${report.id}`]: () => answers.shift() ?? problemAnswer('not-found', 404),
    });
    const { code, events } = await run(
      ...[path('clip.bin'), '--whole', '--sign-in', path('sign-in')],
      ...['--authority', authority.url, '--trust', path('trust.json')],
    );
    authority.close();
    expect(code).toBe(EXIT_CODES.unmarked);
    expect(events[0]).toEqual({ type: 'verification-submitted', id: report.id });
    expect(authority.asked.filter((asked) => asked.startsWith('GET /v1/verifications'))).toHaveLength(2);
  });

  it('has the report of a verification that was handed in before, by its id', async () => {
    const report = sampleReport({ verdict: 'unmarked', facts: null, timeline: [] });
    const progress = { id: report.id, state: 'running', secondsRead: 1, seconds: 9 };
    const answers = [{ status: 202, json: progress }, { json: report }];
    const authority = await openFakeAuthority({
      [`GET /v1/verifications/${report.id}`]: () => answers.shift() ?? problemAnswer('not-found', 404),
    });
    const args = ['--sign-in', path('sign-in'), '--authority', authority.url, '--trust', path('trust.json')];
    const { code } = await run('--id', report.id, ...args);
    expect(code).toBe(EXIT_CODES.unmarked);
    expect((await run('--id', 'ver_nonsense', ...args)).code).toBe(EXIT_CODES.usage);
    expect((await run(...args)).code).toBe(EXIT_CODES.usage);
    authority.close();
    expect(authority.asked.filter((asked) => asked.startsWith('POST'))).toEqual([]);
  });

  it('tells the reasons of a refusal, and an unreachable authority', async () => {
    const authority = await openFakeAuthority({
      'POST /v1/verifications': () => problemAnswer('forbidden', 403),
    });
    const args = [path('clip.bin'), '--sign-in', path('sign-in'), '--trust', path('trust.json')];
    expect((await run(...args, '--authority', authority.url)).code).toBe(EXIT_CODES.refused);
    authority.close();
    expect((await run(...args, '--authority', 'http://localhost:1')).code).toBe(EXIT_CODES.unreachable);
  });
});
