import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowSecondsOf, type CommandContext, type RunCommandLine } from '../context.js';
import { asCliError } from '../failure.js';
import {
  actEnrol,
  actExecutiveAvatar,
  actOwnAvatar,
  type ActContext,
  type DemoFiles,
} from './act-organisation.js';
import { actLive } from './act-live.js';
import { actRefusals } from './act-refusals.js';
import { actVerify, actVerifyOffline, trustFile, type Verdicts } from './act-verify.js';
import { actMeeting, actWear, type StageTiming } from './act-wear.js';
import { chooseMaterial, cutClip, type DemoLengths, type DemoMaterial } from './clips.js';
import { resultsOf, writeResults, type DemoResults } from './results.js';
import type { Narrator } from './steps.js';
import { launchAuthority, openWorld } from './world.js';

export interface DemoOptions {
  /** The user's own recording instead of the samples. */
  readonly input: string | undefined;
  /** Folder for the results. */
  readonly out: string;
  readonly jsonFile: string | undefined;
  readonly lengths: DemoLengths;
  /** The command line that the devices of the demo use: this program's own. */
  readonly run: RunCommandLine;
}

/** Two cores finish this within five minutes; longer parts prove nothing more. */
export const DEMO_LENGTHS: DemoLengths = { enrolSeconds: 10, wearSeconds: 12, refusalSeconds: 4 };
const OWN_FACE_SECONDS = 3;

/** The whole story, in order. Steps that fail are told and counted; what stands on them fails too. */
export async function runDemo(
  context: CommandContext,
  narrator: Narrator,
  options: DemoOptions,
): Promise<DemoResults> {
  const material = await chooseMaterial(context.config.root, options.input, options.lengths);
  const scratch = await mkdtemp(join(tmpdir(), 'guise-demo-'));
  // It holds device keys and the demo authority's keys: they go, however this process ends.
  const removeNow = (): void => {
    rmSync(scratch, { recursive: true, force: true });
  };
  process.once('exit', removeNow);
  const outcome: StoryOutcome = { verdicts: {}, stages: [] };
  try {
    await mkdir(options.out, { recursive: true });
    await tellStory(context, narrator, { material, scratch, out: options.out, run: options.run }, outcome);
  } catch (error) {
    await narrator.step('the story goes on', 'nothing fails between the steps', () =>
      Promise.reject(asCliError(error)),
    );
  } finally {
    removeNow();
    process.off('exit', removeNow);
  }
  const results = resultsOf(narrator.results, outcome.verdicts, outcome.stages);
  await writeResults(options.out, results, options.jsonFile);
  return results;
}

/** Filled while the story is told, so that a failure keeps what was found before it. */
interface StoryOutcome {
  readonly verdicts: Verdicts;
  stages: readonly StageTiming[];
}

interface Stage {
  readonly material: DemoMaterial;
  readonly scratch: string;
  readonly out: string;
  readonly run: RunCommandLine;
}

async function tellStory(
  context: CommandContext,
  narrator: Narrator,
  { material, scratch, out, run }: Stage,
  outcome: StoryOutcome,
): Promise<void> {
  const files = await prepareFiles(material, out);
  narrator.chapter(
    'The organisation',
    `A real authority starts as a process of its own. Material: ${material.note}.`,
  );
  const authority = await launchAuthority(context, scratch, out);
  try {
    const world = await openWorld(run, context, authority, scratch, out);
    const act: ActContext = {
      world,
      narrator,
      files,
      nowSeconds: nowSecondsOf(context),
      sleepMs: context.sleepMs,
    };
    await stepTrust(act);
    // Without a source face nobody can wear anything: the rest would only repeat that.
    if (!(await tellEnrolment(act))) return;

    narrator.chapter(
      'An executive avatar',
      'A painting stands for Erin; she consents, two admins who did not draft it approve.',
    );
    const executive = await actExecutiveAvatar(act);
    const worn = await actWear(
      act,
      'Wim wears the Mona Lisa',
      executive,
      files.input,
      join(out, 'output.mp4'),
    );
    if (worn === null) return;
    outcome.stages = worn.stages;

    narrator.chapter('Proof', 'The output goes through a meeting; an auditor asks what it is.');
    const received = await actMeeting(act, files.input, worn.output);
    await actVerify(act, received, worn.session, outcome.verdicts);

    narrator.chapter('Live', 'The same before a camera: here the recording, at its own speed.');
    await actLive(act, executive, outcome.verdicts);

    narrator.chapter('Refusals', 'Everything that must not work, one by one.');
    await actRefusals(act, executive, worn, outcome.verdicts);

    narrator.chapter('Without the authority', 'The authority is switched off; the proof remains.');
    await authority.stop();
    await actVerifyOffline(act, received);
  } finally {
    await authority.stop();
  }
}

async function tellEnrolment(act: ActContext): Promise<boolean> {
  const { out } = act.world;
  act.narrator.chapter('Enrol', 'Wim registers his own face from a recording of himself, and wears it.');
  if (!(await actEnrol(act))) return false;
  const own = await actOwnAvatar(act);
  const worn = join(out, 'own-face-output.mp4');
  await actWear(act, 'Wim wears his own face', own, act.files.unmarked, worn, 'overlay');
  return true;
}

async function prepareFiles(material: DemoMaterial, out: string): Promise<DemoFiles> {
  const files = {
    enrolment: join(out, 'enrolment.mp4'),
    input: join(out, 'input.mp4'),
    stranger: join(out, 'stranger.mp4'),
    unmarked: join(out, 'own-face-input.mp4'),
    painting: material.painting,
  };
  await cutClip(material.enrol, files.enrolment);
  await cutClip(material.wear, files.input);
  await cutClip(material.stranger, files.stranger);
  await cutClip(
    { ...material.wear, seconds: Math.min(OWN_FACE_SECONDS, material.wear.seconds) },
    files.unmarked,
  );
  return files;
}

/** The trust root is taken once, at the beginning, by a way that is trusted: here, from the same machine. */
async function stepTrust(act: ActContext): Promise<void> {
  const { world, narrator } = act;
  await narrator.step(
    'six people join',
    'each with a passkey of their own, verified by the authority',
    async () => {
      const names = Object.values(world.members).map(({ name }) => name);
      const trust = await world.publicApi.trustRoot();
      await writeFile(trustFile(act), `${JSON.stringify(trust, null, 2)}\n`);
      const ids = new Set(Object.values(world.members).map(({ personId }) => personId));
      return { got: names.join(', '), ok: ids.size === 6 };
    },
  );
}
