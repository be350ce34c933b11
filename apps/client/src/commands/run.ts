import { audience as audienceSchema, labelPosition, purpose as purposeSchema } from '@guise/protocol';
import { listCameras } from '@guise/media';
import { Option, type Command } from 'commander';
import type { CommandContext } from '../context.js';
import { EXIT_CODES } from '../exit-codes.js';
import { createOutput } from '../output/output.js';
import { WEAR_MODES } from '../pipeline/index.js';
import { planRun, type OutputWish, type RunOptions } from '../run/plan.js';
import { runSession } from '../run/run-session.js';
import { tellEnd, tellEvent } from '../run/run-words.js';
import { DENOISE_HELP, FILL_LIGHT_HELP, showsAvatar, tellPermit } from './process-words.js';

interface RunSwitches extends RunOptions {
  readonly listCameras?: boolean;
}

export function registerRun(program: Command, context: CommandContext, exit: (code: number) => void): void {
  program
    .command('run')
    .description('wear an avatar in front of a camera')
    .option('-s, --source <bundle>', 'avatar bundle (.guise)')
    .option('--avatar <id>', 'avatar at the authority, e.g. ava_…')
    .option('--camera <camera>', 'device, number or part of the name (default: the first camera)')
    .option('--list-cameras', 'show the cameras of this machine, and end')
    .option(
      '--input <file-or-url>',
      'in place of a camera: a recording at its own speed, or rtsp://, http:// …',
    )
    .option(
      '-o, --output <target>',
      '/dev/videoN (v4l2loopback), out.mp4, out.webm, out.y4m, out.yuv, or - for a pipe',
    )
    .addOption(new Option('--output-format <format>', 'of a pipe').choices(['y4m', 'rawvideo']))
    .option('--size <WxH>', 'of every picture', '1280x720')
    .option('--fps <n>', 'pictures a second', '30')
    .option('--seconds <n>', 'end after so many seconds (default: with Ctrl-C)')
    .addOption(new Option('--mode <mode>', 'portrait or overlay').choices(WEAR_MODES).default('portrait'))
    .option(
      '--bare-face',
      'overlay: the avatar wears neither glasses nor a beard, whatever is found in its picture',
    )
    .option('--fill-light', FILL_LIGHT_HELP)
    .option('--denoise', DENOISE_HELP)
    .addOption(
      new Option('--purpose <purpose>', 'what for').choices(purposeSchema.options).default('meeting'),
    )
    .addOption(
      new Option('--audience <audience>', 'who sees it').choices(audienceSchema.options).default('internal'),
    )
    .option('--meeting <url>', 'the meeting it is for')
    .addOption(
      new Option(
        '--label-position <corner>',
        'of the label, if the organisation lets it stand there',
      ).choices(labelPosition.options),
    )
    .option(
      '--own-models <manifest>',
      'networks of your own (swapper with swapper-identity, enhancer, landmarker), where the organisation’s policy names them',
    )
    .option('--execution-providers <name...>', 'cpu, cuda, coreml, openvino …, in order of preference')
    .addHelpText(
      'after',
      `
The camera is opened when a permit was verified. Capture, rendering and output run at their own pace; the newest picture wins.
Whatever fails on the way (camera unplugged, permit ended or withdrawn, nobody or somebody else before the camera, a computer
that is too slow), the slate is shown, never the camera. Ctrl-C ends the session and completes its evidence; twice ends at once.

Exit code 0: every second with a face showed the avatar. 8: no permit, or the gate shut on the way.

Examples:
  $ guise run --list-cameras
  $ guise run -s me.guise --avatar ava_… -o /dev/video9
  $ guise run -s me.guise --avatar ava_… --camera logitech -o session.mp4 --seconds 60
  $ guise run -s me.guise --avatar ava_… --input me.mp4 -o - | ffplay -`,
    )
    .action(async (options: RunSwitches) => {
      if (options.listCameras === true) return showCameras(context);
      exit(await run(context, options));
    });
}

async function showCameras({ output }: CommandContext): Promise<void> {
  const cameras = await listCameras();
  const lines = cameras.map(({ device, name }, i) => `${String(i)}  ${name}  (${device})`);
  output.say(
    { type: 'cameras', cameras },
    lines.length === 0 ? 'This machine has no camera that the system knows of.' : lines.join('\n'),
  );
}

async function run(given: CommandContext, options: RunOptions): Promise<number> {
  const plan = planRun(options);
  const context = plan.output.kind === 'pipe' && plan.output.path === null ? besidePictures(given) : given;
  const { output } = context;
  const outcome = await runSession(context, plan, {
    onGrant: (grant) => {
      tellPermit(context, grant);
    },
    onEvent: (event) => {
      tellEvent(output, event);
    },
  });
  const exit = showsAvatar(outcome.report.session) ? 'ok' : 'gateShut';
  tellEnd(output, { ...outcome, exit, exitCode: EXIT_CODES[exit] }, nameOf(plan.output));
  return EXIT_CODES[exit];
}

/** The standard output belongs to the pictures: words go where errors go. */
function besidePictures(context: CommandContext): CommandContext {
  const { streams, output, nowMs } = context;
  const words = createOutput(
    { stdout: streams.stderr, stderr: streams.stderr },
    { json: output.json, nowMs },
  );
  return { ...context, output: words };
}

function nameOf(wish: OutputWish): string {
  if (wish.kind === 'loopback') return wish.device;
  return wish.path ?? 'standard output';
}
