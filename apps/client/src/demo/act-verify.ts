import { join } from 'node:path';
import type { Verdict } from '@guise/protocol';
import { verdict as verdictSchema } from '@guise/protocol';
import type { ActContext } from './act-organisation.js';
import { signedIn } from './world.js';
import { fieldOf, type CommandResult } from './demo-client.js';

export type Verdicts = Record<string, Verdict>;

/** Command line with which the auditor asks. */
function askArguments(act: ActContext, file: string, rest: readonly string[] = []): readonly string[] {
  const { auditor, authority } = act.world;
  return [
    'verify',
    file,
    ...signedIn(auditor),
    '--authority',
    authority.url,
    '--trust',
    trustFile(act),
    ...rest,
  ];
}

export const trustFile = ({ world }: ActContext): string => join(world.out, 'guise-trust.json');

export function verdictOf(result: CommandResult): Verdict {
  return verdictSchema.parse(fieldOf(result, 'verification', 'verdict'));
}

/** The auditor verifies the recording: the whole chain of facts, and every proof in it. */
export async function actVerify(
  act: ActContext,
  recording: string,
  session: string,
  verdicts: Verdicts,
): Promise<void> {
  const { world, narrator } = act;
  await narrator.step(
    'the auditor verifies it',
    'authorised, with permit, consent, two approvals and each second',
    async () => {
      const reports = ['--report', join(world.out, 'report.json'), '--html', join(world.out, 'report.html')];
      const result = await world.auditor.run(askArguments(act, recording, reports));
      verdicts.meeting = verdictOf(result);
      const facts = JSON.stringify(fieldOf(result, 'verification', 'facts'));
      const complete =
        [session, 'pmt_', 'con_', 'apr_', 'Mona Lisa'].every((part) => facts.includes(part)) &&
        (facts.match(/"apr_/g) ?? []).length === 2;
      return {
        got: `${verdicts.meeting}, facts ${complete ? 'complete' : 'incomplete'}, exit ${result.exit}`,
        ok: result.exit === 'ok' && complete,
      };
    },
  );
}

/** The same, with nobody to ask: only the report, the file and the trust root. */
export async function actVerifyOffline(act: ActContext, recording: string): Promise<void> {
  const { world, narrator } = act;
  await narrator.step(
    'the proof stands alone',
    'checked again with the authority switched off: inclusion, signatures, pictures',
    async () => {
      const result = await world.auditor.run([
        'verify',
        recording,
        '--bundle',
        join(world.out, 'report.json'),
        '--trust',
        trustFile(act),
      ]);
      const media = JSON.stringify(fieldOf(result, 'verification', 'media'));
      return { got: `exit ${result.exit}, ${media}`, ok: result.exit === 'ok' };
    },
  );
}

export async function stepVerdict(
  act: ActContext,
  name: string,
  title: string,
  expected: Verdict,
  file: () => Promise<string>,
  verdicts: Verdicts,
): Promise<void> {
  await act.narrator.step(title, expected, async () => {
    const judged = await judge(act, name, await file());
    verdicts[name] = judged;
    return { got: judged, ok: judged === expected };
  });
}

/** The auditor's verdict, with a page of its own. */
export async function judge(act: ActContext, name: string, file: string): Promise<Verdict> {
  const page = join(act.world.out, `report-${name}.html`);
  return verdictOf(await act.world.auditor.run(askArguments(act, file, ['--html', page])));
}
