/**
 * Every way the `guise` command can end. Numbers are never reused: scripts switch on them.
 * 10–40 are the offline verifier's and follow the severity of what is missing.
 */
export const EXIT_CODES = {
  ok: 0,
  failure: 1,
  usage: 2,
  notPaired: 3,
  refused: 4,
  unreachable: 5,
  badInput: 6,
  outputFailed: 7,
  gateShut: 8,
  setupIncomplete: 9,
  underWitnessed: 10,
  unanchored: 20,
  diverged: 30,
  proofInvalid: 40,
  notAuthorised: 50,
  altered: 51,
  unmarked: 52,
  inconclusive: 53,
  demoFailed: 60,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof EXIT_CODES;

export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  ok: 'Done; for `verify`: authorised, and every proof checked.',
  failure: 'Something unexpected. The message has a hint; please report it.',
  usage: 'The command line or the config file is wrong.',
  notPaired: 'This device has no usable key or pairing: `guise login`.',
  refused: 'The authority refused. Its reasons are printed.',
  unreachable: 'The authority did not answer, or something else answered in its place.',
  badInput: 'An input file cannot be read as what it should be.',
  outputFailed:
    'The output could not be written (exists, disk full, no rights). Nothing is left under its name.',
  gateShut: 'No valid permit, or it ended on the way: nothing was rendered, or some seconds show the slate.',
  setupIncomplete: 'ffmpeg, a model or the build is missing: `guise doctor` says what.',
  underWitnessed: '`verify`: valid, but fewer witnesses cosigned than your policy wants.',
  unanchored: '`verify`: valid, but without the time anchor your policy wants.',
  diverged:
    '`verify`, `process`, `permit`, `doctor`: the ledger shows a history that contradicts the one pinned here.',
  proofInvalid: '`verify`: a proof does not hold.',
  notAuthorised: '`verify`: marked, but not permitted at that second.',
  altered: '`verify`: the mark is genuine, the picture is not the one rendered.',
  unmarked: '`verify`, `detect`: no Guise mark found.',
  inconclusive: '`verify`: not enough to decide.',
  demoFailed: '`demo`: a step did not go as told.',
  interrupted: 'Stopped by Ctrl-C. No half-written output is left.',
};

/** The table of the README; a test holds the two together. */
export function exitCodeTable(): string {
  const rows = Object.entries(EXIT_CODES).map(([name, code]) => {
    const meaning = Object.entries(EXIT_MEANINGS).find(([key]) => key === name)?.[1] ?? '';
    return `| ${String(code)} | \`${name}\` | ${meaning} |`;
  });
  return ['| code | name | meaning |', '|---|---|---|', ...rows].join('\n');
}
