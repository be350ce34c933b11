import {
  verificationReport,
  type TimelineEntry,
  type Verdict,
  type VerificationReport,
} from '@guise/protocol';

/** One second as an authority reports it. */
export const sampleSecond = (at: number, judged: Verdict): TimelineEntry => ({
  second: at,
  verdict: judged,
  epoch: judged === 'unmarked' ? null : at + 3,
  renderedAt: judged === 'unmarked' ? null : 1_793_534_400 + at,
  fingerprintDistance: 2,
  faceDistance: 3,
  epochTagZ: 9.1,
  alteredTiles: [],
  reason: judged === 'unmarked' ? 'no-mark' : 'proved',
  share: judged === 'unmarked' ? null : 1,
  pictures: [],
});

/** A report for tests; change what a test is about. */
export function sampleReport(overrides: Partial<VerificationReport> = {}): VerificationReport {
  return {
    ...verificationReport.parse({
      id: `ver_${'a'.repeat(26)}`,
      verdict: 'authorised',
      reasons: [{ code: 'proved', message: 'Marked, permitted, consented, approved.' }],
      mediaSha256: 'ab'.repeat(32),
      verifiedAt: 1_793_534_500,
      detection: { found: true, session: 77, confidenceLog10: -12.4 },
      facts: {
        session: `ses_${'b'.repeat(26)}`,
        wearer: { personId: `per_${'c'.repeat(26)}`, displayName: 'Wanda <Wearer>' },
        device: `dev_${'d'.repeat(26)}`,
        avatar: {
          id: `ava_${'e'.repeat(26)}`,
          name: 'Mona "Lisa"',
          sha256: 'cd'.repeat(32),
          kind: 'executive',
        },
        permit: { jti: `pmt_${'f'.repeat(26)}`, iat: 1_793_534_390, exp: 1_793_534_690, purpose: 'meeting' },
        consent: {
          id: `con_${'g'.repeat(26)}`,
          sha256: 'ef'.repeat(32),
          subject: 'Erin Executive',
          givenAt: 1_793_530_000,
        },
        approvals: [{ id: `apr_${'h'.repeat(26)}`, approver: 'Ada Admin', sha256: '01'.repeat(32) }],
      },
      timeline: [sampleSecond(0, 'unmarked'), sampleSecond(1, 'authorised'), sampleSecond(2, 'authorised')],
      coverage: { seconds: 3, read: 3, longestGap: 0 },
      proof: null,
    }),
    ...overrides,
  };
}
