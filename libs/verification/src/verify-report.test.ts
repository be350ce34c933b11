import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerPayload } from '@guise/ledger';
import {
  verificationReport,
  type MarkedPicture,
  type TimelineEntry,
  type VerificationReport,
} from '@guise/protocol';
import { parseProofBundle } from './bundle.js';
import { placed } from './testing/observations.js';
import { failures, lenient, report } from './testing/report.js';
import { createScenario, NOW, trust, type Deviations } from './testing/scenario.js';
import { verifyProofBundle } from './verify-bundle.js';

const sound = await createScenario();
/** Who allowed what: only the session in it is compared here. */
const FACTS: NonNullable<VerificationReport['facts']> = {
  session: 'session',
  wearer: { personId: 'person', displayName: 'Wearer' },
  device: 'device',
  avatar: { id: 'avatar', name: 'Avatar', sha256: 'ab'.repeat(32), kind: 'executive' },
  permit: { jti: 'permit', iat: NOW, exp: NOW + 300, purpose: 'meeting' },
  consent: { id: 'consent', sha256: 'ab'.repeat(32), subject: 'Subject', givenAt: NOW },
  approvals: [],
};

describe('the report beside the bundle', () => {
  const failing = async (changed: VerificationReport, deviations: Deviations = {}): Promise<string[]> => {
    const { bundle } = await createScenario(deviations);
    return failures(await verifyProofBundle(bundle, trust, { ...lenient, report: changed }));
  };

  it('is refused about another file, session or second, or after the withdrawal', async () => {
    expect(await failing(report({ mediaSha256: 'ef'.repeat(32) }))).toEqual(['report-covered']);
    expect(await failing(report({}, [NOW + 40]))).toEqual(['report-covered']);
    expect(await failing(report({}, []))).toEqual(['report-covered']);
    expect(await failing(report(), { withdrawnAt: NOW + 1 })).toEqual(['report-covered']);
    expect(await failing(report(), { withdrawnAt: NOW + 2 })).toEqual([]);
  });

  it('may call a second authorised only while device and avatar stood', async () => {
    const revoked: Deviations = {
      entries: (entries) => [
        ...entries,
        ...entries.flatMap((entry): LedgerPayload[] =>
          entry.kind === 'device' ? [{ ...entry, at: NOW + 1, state: 'revoked' }] : [],
        ),
      ],
    };
    expect(await failing(report({}, [NOW]), revoked)).toEqual([]);
    expect(await failing(report(), revoked)).toEqual(['report-covered']);
    const suspended: Deviations = {
      entries: (entries) => [
        ...entries,
        ...entries.flatMap((entry): LedgerPayload[] =>
          entry.kind === 'avatar-state' && entry.to === 'active'
            ? [{ ...entry, at: NOW + 1, from: 'active', to: 'suspended' }]
            : [],
        ),
      ],
    };
    expect(await failing(report({}, [NOW]), suspended)).toEqual([]);
    expect(await failing(report(), suspended)).toEqual(['report-covered']);
  });

  it('may call a second authorised only while a permit was in force', async () => {
    const short: Deviations = { claims: (claims) => ({ ...claims, exp: NOW + 1 }) };
    expect(await failing(report({}, [NOW]), short)).toEqual([]);
    expect(await failing(report({}, [NOW, NOW + 1]), short)).toEqual(['report-covered']);
  });
});

describe('a report that says more than its seconds do', () => {
  const failing = async (changed: VerificationReport): Promise<string[]> =>
    failures(await verifyProofBundle(sound.bundle, trust, { ...lenient, report: changed }));
  const changeEach = (changes: Partial<TimelineEntry>): VerificationReport => {
    const { timeline, ...rest } = report();
    return { ...rest, timeline: timeline.map((entry) => ({ ...entry, ...changes })) };
  };

  it('is refused when only part of the recording was looked at', async () => {
    const { coverage } = report();
    expect(await failing(report({ coverage: { ...coverage, seconds: 3 } }))).toEqual(['report-covered']);
    const claimed = report({ coverage: { seconds: 40, read: 40, longestGap: 0 } });
    expect(await failing(claimed)).toEqual(['report-covered']);
    const honest = report({ verdict: 'inconclusive', coverage: { ...coverage, seconds: 3 } });
    expect(await failing(honest)).toEqual([]);
  });

  it('is refused when it tells one second for another', async () => {
    const { timeline, coverage } = report();
    const [first] = timeline;
    if (first === undefined) throw new Error('a report has seconds');
    const told = (seconds: readonly number[]) =>
      report({
        coverage: { ...coverage, seconds: timeline.length, read: timeline.length },
        timeline: seconds.map((second) => ({ ...first, second })),
      });
    expect(await failing(told([0, 1]))).toEqual([]);
    expect(await failing(told([0, 0]))).toEqual(['report-covered']);
    expect(await failing(told([0, 7]))).toEqual(['report-covered']);
    const endless = { ...coverage, seconds: Number.MAX_SAFE_INTEGER, read: Number.MAX_SAFE_INTEGER };
    expect(await failing(report({ coverage: endless }))).toEqual(['report-covered']);
  });

  it('is refused when the marked picture is not the whole frame, or a second is not proved', async () => {
    expect(await failing(changeEach({ share: 0.3 }))).toEqual(['report-covered']);
    expect(await failing(changeEach({ share: 1 }))).toEqual([]);
    expect(await failing(changeEach({ verdict: 'inconclusive' }))).toEqual(['report-covered']);
    expect(await failing(changeEach({ verdict: 'unmarked' }))).toEqual(['report-covered']);
  });

  it('is refused when it shows a session without a proof of its own', async () => {
    const shown = (session: number): MarkedPicture => ({
      ...{ session, verdict: 'authorised', reason: 'proved' },
      ...{ epoch: 0, renderedAt: NOW, region: placed(0, 0, 1, 1) },
    });
    expect(await failing(changeEach({ pictures: [shown(sound.bundle.session)] }))).toEqual([]);
    const gallery = changeEach({ pictures: [shown(sound.bundle.session), shown(9)] });
    expect(await failing(gallery)).toEqual(['report-covered']);
    const other = { ...sound.bundle, session: 9 };
    expect(await failing({ ...gallery, otherProofs: [other] })).toEqual([]);
    // Seen from the other session, whose facts the report does not tell.
    const facts = { ...FACTS, session: 'another' };
    const told = { ...gallery, facts, proof: other, otherProofs: [sound.bundle] };
    expect(await failing(told)).toEqual([]);
    expect(await failing({ ...told, otherProofs: [] })).toEqual(['report-covered']);
  });

  it('of an earlier version, without pictures and reasons, is checked by its seconds', async () => {
    const { reason: _, ...entry } = report().timeline[0] ?? {};
    const earlier = verificationReport.parse({
      ...report({}, [NOW]),
      timeline: [{ ...entry, share: undefined, pictures: undefined }],
    });
    expect(await failing(earlier)).toEqual([]);
    expect(await failing({ ...earlier, coverage: { seconds: 4, read: 1, longestGap: 3 } })).toEqual([
      'report-covered',
    ]);
  });
});

describe('hostile bundles', () => {
  it('that cannot be read are told apart from those that fail', async () => {
    for (const value of [
      null,
      7,
      {},
      [],
      { ...sound.bundle, extra: 1 },
      { ...sound.bundle, format: 'guise-proof/2' },
    ]) {
      await expect(verifyProofBundle(value, trust)).rejects.toMatchObject({ code: 'bundle-malformed' });
    }
    for (const value of [
      null,
      { ...trust, permitKeys: [] },
      { ...trust, ledgerKey: 'x' },
      { ...trust, permitKeys: [{ kid: 'x' }] },
    ]) {
      await expect(verifyProofBundle(sound.bundle, value)).rejects.toMatchObject({
        code: 'trust-root-malformed',
      });
    }
    expect(() =>
      parseProofBundle({
        ...sound.bundle,
        entries: Array.from({ length: 2001 }, () => sound.bundle.entries[0]),
      }),
    ).toThrow(/more than one may hold/);
  });

  it('any changed character of a payload, salt, proof, permit or checkpoint is noticed', async () => {
    const text = JSON.stringify(sound.bundle);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: text.length - 1 }),
        fc.constantFrom('A', 'b', '0', '_'),
        async (at, character) => {
          fc.pre(/[A-Za-z0-9_-]/.test(text[at] ?? '') && text[at] !== character);
          const changed = text.slice(0, at) + character + text.slice(at + 1);
          let value: unknown;
          try {
            value = JSON.parse(changed);
          } catch {
            return;
          }
          const result = await verifyProofBundle(value, trust, { ...lenient, report: report() }).catch(
            () => null,
          );
          if (result?.outcome !== 'valid') return;
          // Only spare bits of a signature's last base64url character may change without changing a byte.
          const permit = parseProofBundle(value).permits[0] ?? '';
          expect(Buffer.from(permit.split('.')[2] ?? '', 'base64url')).toEqual(
            Buffer.from(sound.permit.split('.')[2] ?? '', 'base64url'),
          );
          expect(permit.slice(0, -1)).toBe(sound.permit.slice(0, -1));
        },
      ),
      { numRuns: 150 },
    );
  });
});
