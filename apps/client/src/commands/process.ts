import { resolve } from 'node:path';
import { probe } from '@guise/media';
import type { MediaProgress } from '@guise/runtime';
import type { Command } from 'commander';
import { openPairedClient, type PairedClient } from '../authority.js';
import { admitToMode } from '../avatar/face-attributes.js';
import { CliError } from '../cli-error.js';
import { nowSecondsOf, type CommandContext } from '../context.js';
import { planProcess, type GivenOptions, type ProcessPlan } from '../dialect/options.js';
import { asCliError } from '../failure.js';
import { runProcess, type ProcessReport } from '../pipeline/index.js';
import { evidenceSinkOf, fetchWearerTemplate, permitSourceOf } from '../session/authority-ports.js';
import { readGrantFile } from '../session/grant-file.js';
import { openSession, type Grant } from '../session/open-session.js';
import { loadBundle, type LoadedBundle, type WearTerms } from '../session/terms.js';
import { openRegistry } from '../vision.js';
import {
  DENOISE_HELP,
  exitOf,
  FILL_LIGHT_HELP,
  tellGate,
  tellPermit,
  tellResult,
  type ProcessOutcome,
} from './process-words.js';

interface ProcessOptions {
  readonly sourcePaths?: readonly string[];
  readonly targetPath?: string;
  readonly outputPath?: string;
  readonly processors?: readonly string[];
  readonly executionProviders?: readonly string[];
  readonly outputVideoResolution?: string;
  readonly trimFrameStart?: string;
  readonly trimFrameEnd?: string;
  readonly avatar?: string;
  readonly permit?: string;
  readonly purpose?: string;
  readonly audience?: string;
  readonly meeting?: string;
  readonly mode?: string;
  readonly bareFace?: boolean;
  readonly fillLight?: boolean;
  readonly denoise?: boolean;
  readonly labelPosition?: string;
  readonly ownModels?: string;
  readonly configPath?: string;
}

export function registerProcess(
  program: Command,
  context: CommandContext,
  exit: (code: number) => void,
): void {
  program
    .command('process')
    .description('wear an avatar in a recording')
    .option('-s, --source-paths <bundle...>', 'avatar bundle (.guise)')
    .option('-t, --target-path <file>', 'recording of the wearer')
    .option('-o, --output-path <file>', 'video to write')
    .option(
      '--mode <mode>',
      'portrait: its own picture comes alive; overlay: its face in the camera picture (default: portrait)',
    )
    .option(
      '--bare-face',
      'overlay: the avatar wears neither glasses nor a beard, whatever is found in its picture',
    )
    .option('--fill-light', FILL_LIGHT_HELP)
    .option('--denoise', DENOISE_HELP)
    .option(
      '--processors <name...>',
      'face_swapper, which is --mode overlay; others are skipped where no model is installed',
    )
    .option('--execution-providers <name...>', 'cpu, cuda, coreml, openvino …, in order of preference')
    .option(
      '--output-video-resolution <WxH>',
      'size to work at and to write, e.g. 1280x720 (default: that of the recording)',
    )
    .option('--trim-frame-start <n>', 'first frame')
    .option('--trim-frame-end <n>', 'frame to stop before')
    .option('--avatar <id>', 'avatar at the authority, e.g. ava_…')
    .option('--permit <file>', 'use this permit file (`guise permit`) instead of asking for one')
    .option(
      '--purpose <purpose>',
      'meeting, training, customer-service, telemedicine or recording (default: recording)',
    )
    .option('--audience <audience>', 'internal or external (default: internal)')
    .option('--meeting <url>', 'the meeting it is for')
    .option(
      '--label-position <corner>',
      'top-right, top-left, bottom-right or bottom-left, if the organisation lets the label stand there',
    )
    .option(
      '--own-models <manifest>',
      'networks of your own (swapper with swapper-identity, enhancer, landmarker), where the organisation’s policy names them',
    )
    .option('--config-path <file>', "FaceFusion's facefusion.ini or the like; the command line wins")
    .addHelpText(
      'after',
      `
A portrait shows the avatar's own picture, moved by the wearer's head, eyes and mouth: not one camera pixel is in it. An overlay
shows the camera picture with the avatar's face in it.

Options are FaceFusion's where they mean the same; its face_swapper is the overlay. Nothing is read from the recording before a permit was verified: signature,
times, this device's key, the bundle's hash, purpose and audience. When a permit ends or is withdrawn on the way, the rest is the
slate. Exit code 0: every second with a face shows the avatar. 8: no permit, or the gate shut on the way.

Examples:
  $ guise process --source-paths me.guise --target-path in.mp4 --output-path out.mp4 --avatar ava_…
  $ guise process -s ceo.guise -t in.mp4 -o out.mp4 --avatar ava_… --purpose meeting --output-video-resolution 1280x720
  $ guise process -s me.guise -t in.mp4 -o out.mp4 --avatar ava_… --mode overlay
  $ guise process --config-path facefusion.ini --avatar ava_… --json`,
    )
    .action(async (options: ProcessOptions) => {
      const plan = await planProcess(givenOf(options), options.configPath);
      exit((await processRecording(context, plan)).exitCode);
    });
}

function givenOf(options: ProcessOptions): GivenOptions {
  return {
    source_paths: options.sourcePaths,
    target_path: options.targetPath,
    output_path: options.outputPath,
    processors: options.processors,
    execution_providers: options.executionProviders,
    output_video_resolution: options.outputVideoResolution,
    trim_frame_start: options.trimFrameStart,
    trim_frame_end: options.trimFrameEnd,
    avatar: options.avatar,
    permit: options.permit,
    mode: options.mode,
    bare_face: options.bareFace === true ? 'true' : undefined,
    fill_light: options.fillLight === true ? 'true' : undefined,
    denoise: options.denoise === true ? 'true' : undefined,
    purpose: options.purpose,
    audience: options.audience,
    meeting: options.meeting,
    label_position: options.labelPosition,
    own_models: options.ownModels,
  };
}

/** The steps in order: permission first, pictures last. */
export async function processRecording(
  context: CommandContext,
  plan: ProcessPlan,
  onProgress?: (event: MediaProgress) => void,
): Promise<ProcessOutcome> {
  for (const notice of plan.notices) context.output.say({ type: 'notice', notice }, `note: ${notice}`);
  if (resolve(plan.target) === resolve(plan.output))
    throw new CliError('usage', 'the output would overwrite the recording');
  const client = await openPairedClient(context);
  const bundle = await loadBundle(plan.source);
  for (const notice of await admitToMode(bundle, plan.mode, plan.bareFace))
    context.output.say({ type: 'notice', notice }, `note: ${notice}`);
  const now = nowSecondsOf(context);
  const terms = termsOf(plan, bundle);
  const grant =
    plan.permit === null
      ? await openSession(client, terms, now)
      : await readEarlierGrant(plan.permit, client, terms, now());
  tellPermit(context, grant);

  const report = await render(context, { plan, client, bundle, terms, grant, onProgress });
  const outcome = { report, session: grant.session, exitCode: exitOf(report) };
  tellResult(context, plan, outcome);
  return outcome;
}

/** A permit file may name a ledger state older than the one seen since; it must belong to the same history. */
async function readEarlierGrant(
  path: string,
  client: PairedClient,
  terms: WearTerms,
  nowSeconds: number,
): Promise<Grant> {
  const grant = await readGrantFile(path, client, terms, nowSeconds);
  await client.ledgerPin.follow(grant.permit.claims.checkpoint, null);
  return grant;
}

function termsOf(plan: ProcessPlan, bundle: LoadedBundle): WearTerms {
  const { purpose, audience, meeting } = plan;
  if (plan.avatar === null && plan.permit === null) {
    throw new CliError(
      'usage',
      'which avatar?',
      'Give --avatar ava_… (see `guise avatar draft` and the console), or --permit.',
    );
  }
  return { avatar: plan.avatar ?? '', avatarSha256: bundle.sha256, purpose, audience, meeting };
}

interface RenderJob {
  readonly plan: ProcessPlan;
  readonly client: PairedClient;
  readonly bundle: LoadedBundle;
  readonly terms: WearTerms;
  readonly grant: Grant;
  readonly onProgress: ((event: MediaProgress) => void) | undefined;
}

/** Runs the session and closes it at the authority, however it ends. */
async function render(context: CommandContext, job: RenderJob): Promise<ProcessReport> {
  const { client, grant } = job;
  const closing = async (reason: 'finished' | 'failed'): Promise<void> => {
    await client.deviceApi.close(grant.session, reason).catch((error: unknown) => {
      const { message } = asCliError(error);
      context.output.say(
        { type: 'notice', notice: message },
        `note: the session could not be closed: ${message}`,
      );
    });
  };
  try {
    const report = await wear(context, job);
    await closing('finished');
    return report;
  } catch (error) {
    await closing('failed');
    throw error;
  }
}

/** The first that reads the recording. */
async function wear(context: CommandContext, job: RenderJob): Promise<ProcessReport> {
  const { plan, client, bundle, terms, grant } = job;
  const progress = context.output.progress('wearing', await frameCount(plan));
  try {
    return await runProcess({
      input: plan.target,
      output: plan.output,
      bundle,
      grant,
      wearer: await fetchWearerTemplate(client, grant),
      permitSource: permitSourceOf(client, terms, grant, {
        nowSeconds: nowSecondsOf(context),
        sleepMs: context.sleepMs,
      }),
      evidenceSink: evidenceSinkOf(client, grant, context.sleepMs),
      signer: client.device.signer,
      registry: await openRegistry(context.config, plan.executionProviders),
      mode: plan.mode,
      camera: plan.camera,
      labelPosition: plan.labelPosition,
      ownModels: plan.ownModels,
      size: plan.size,
      trim: plan.trim,
      signal: context.signal,
      onProgress: (event) => {
        if (event.type === 'frame') progress.update(event.frames);
        tellGate(context, event);
        job.onProgress?.(event);
      },
    });
  } finally {
    progress.stop();
  }
}

/** Frames to expect, for the progress bar; null when the container does not tell. */
async function frameCount({ target, trim }: ProcessPlan): Promise<number | null> {
  const { frames } = await probe(target);
  if (frames === null) return null;
  return Math.max(0, Math.min(frames, trim?.endFrame ?? frames) - (trim?.startFrame ?? 0));
}
