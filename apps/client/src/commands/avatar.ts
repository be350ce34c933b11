import { readFile } from 'node:fs/promises';
import { bundleSha256, encodeBundle, parseBundle } from '@guise/avatar';
import { avatarKind, likeness as likenessSchema } from '@guise/protocol';
import type { Vision } from '@guise/vision';
import { Option, type Command } from 'commander';
import { openPairedClient, openPersonApi, SIGN_IN_HELP, type SignInOptions } from '../authority.js';
import { parseAvatarId } from '../session/open-session.js';
import {
  bundleOf,
  portraitFromCapture,
  portraitFromPicture,
  type FurtherView,
} from '../avatar/build-bundle.js';
import type { Portrait } from '../avatar/cut-out.js';
import { enhanceSmall, hintAtEnhancing } from '../avatar/enhance-small.js';
import { attributeWarnings, listAttributes } from '../avatar/face-attributes.js';
import { viewFromPicture } from '../avatar/further-views.js';
import { registerLookCommands } from '../avatar/look-commands.js';
import { CliError } from '../cli-error.js';
import { nowSecondsOf, type CommandContext } from '../context.js';
import { withVision } from '../vision.js';
import { writeNewFile } from '../write-file.js';

export interface AvatarBuildOptions {
  readonly picture?: string | undefined;
  readonly capture?: string | undefined;
  readonly mouthOpen?: string | undefined;
  readonly left?: string | undefined;
  readonly right?: string | undefined;
  readonly enhance?: boolean | undefined;
  readonly name: string;
  readonly kind: string;
  readonly likeness: string;
  readonly provenance: string;
  readonly licence: string;
  readonly output: string;
}

export interface AvatarDraftOptions extends SignInOptions {
  readonly subject?: string | undefined;
}

export function registerAvatar(program: Command, context: CommandContext): void {
  const avatar = program.command('avatar').description('make avatar bundles and propose them');
  avatar
    .command('build')
    .description('make a .guise bundle from a portrait or from your enrolment recording')
    .option('--picture <file>', 'portrait or artwork with exactly one face')
    .option('--capture <file>', 'recording of yourself: the best frontal frame is taken')
    .option('--mouth-open <file>', 'picture of the same face with an open mouth: its teeth are shown')
    .option('--left <file>', 'picture of the same face turned to its own left by 20° to 45°, for the overlay')
    .option('--right <file>', 'the same to its own right')
    .option('--enhance', 'a network enlarges small faces; the bundle says so')
    .requiredOption('--name <name>', 'name of the avatar')
    .addOption(
      new Option('--kind <kind>', 'what the avatar is').choices(avatarKind.options).default('own-face'),
    )
    .addOption(
      new Option('--likeness <likeness>', 'a living person, or an artwork of nobody living')
        .choices(likenessSchema.options)
        .default('person'),
    )
    .requiredOption('--provenance <text>', 'where the picture comes from, in words a reviewer can check')
    .requiredOption('--licence <text>', 'under which licence it may be used')
    .requiredOption('-o, --output <file>', 'bundle to write, e.g. me.guise')
    .addHelpText(
      'after',
      `
A bundle gives no right to wear it: that takes the subject's consent and the admins' approvals.

Examples:
  $ guise avatar build --capture me.mp4 --name "Alex" --provenance "my webcam" --licence "own picture" -o me.guise
  $ guise avatar build --picture monalisa.jpg --kind executive --likeness artwork --name "Mona Lisa" \\
      --provenance "Leonardo da Vinci, about 1503" --licence "public domain" -o mona.guise
  $ guise avatar build --picture me.png --left me-left.png --right me-right.png --name "Alex" \
      --provenance "my webcam" --licence "own pictures" -o me.guise

--left and --right say where the head turns from its own point of view: left is the right of an unmirrored picture.

--enhance is for faces of 64 to 220 pixels. What it adds is made up: the face must stay the same by the network that
compares faces, and the bundle names what was done, for whoever approves or audits it (guise avatar inspect).`,
    )
    .action(async (options: AvatarBuildOptions) => {
      await buildAvatar(context, options);
    });
  avatar
    .command('draft')
    .description('send a bundle to the authority as a draft')
    .argument('<bundle>', '.guise file')
    .option('--subject <person>', 'whose consent it needs (default: you)')
    .option('--sign-in <file>', SIGN_IN_HELP)
    .option('--authority <url>', 'authority to ask (default: the paired one)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ guise avatar draft me.guise\n  $ guise avatar draft mona.guise --subject per_…',
    )
    .action(async (bundle: string, options: AvatarDraftOptions) => {
      await draftAvatar(context, bundle, options);
    });
  registerLookCommands(avatar, context);
  registerWardrobe(avatar, context);
}

function registerWardrobe(avatar: Command, context: CommandContext): void {
  avatar
    .command('list')
    .description('avatars that you may see, with their ids and states')
    .addHelpText('after', '\nExamples:\n  $ guise avatar list\n  $ guise avatar list --json')
    .action(() => listAvatars(context));
  avatar
    .command('fetch')
    .description('get the bundle of an avatar, to wear it')
    .argument('<id>', 'ava_…')
    .requiredOption('-o, --output <file>', 'bundle to write')
    .addHelpText(
      'after',
      '\nIts SHA-256 is checked against the version that was approved.\n\nExamples:\n  $ guise avatar fetch ava_… -o ceo.guise',
    )
    .action((id: string, options: { readonly output: string }) => fetchAvatar(context, id, options.output));
}

export async function listAvatars(context: CommandContext): Promise<void> {
  const { personApi } = await openPairedClient(context);
  let after: string | undefined;
  do {
    const page = await personApi.avatars(after);
    for (const avatar of page.avatars) {
      context.output.say(
        { type: 'avatar', ...avatar },
        `${avatar.id}  ${avatar.state.padEnd(17)}  ${avatar.kind.padEnd(9)}  ${avatar.name}`,
      );
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
}

export async function fetchAvatar(context: CommandContext, id: string, output: string): Promise<void> {
  const { personApi } = await openPairedClient(context);
  const { sha256, name } = await personApi.avatar(parseAvatarId(id));
  const bytes = await personApi.avatarBundle(id);
  if (bundleSha256(bytes) !== sha256) {
    throw new CliError(
      'proofInvalid',
      'the bundle is not the version that was approved',
      'Tell your administrator: somebody altered it.',
    );
  }
  await writeNewFile(output, bytes);
  context.output.say(
    { type: 'avatar-bundle', output, sha256, bytes: bytes.length },
    `${output}: ${name}, SHA-256 ${sha256}`,
  );
}

export async function buildAvatar(context: CommandContext, options: AvatarBuildOptions): Promise<string> {
  const { picture, capture } = options;
  if ((picture === undefined) === (capture === undefined)) {
    throw new CliError(
      'usage',
      'give either --picture or --capture',
      'An own-face avatar is made from --capture.',
    );
  }
  const words = {
    name: options.name,
    kind: avatarKind.parse(options.kind),
    likeness: likenessSchema.parse(options.likeness),
    provenance: options.provenance,
    licence: options.licence,
    createdAt: nowSecondsOf(context)(),
  };
  const bundle = await withVision(context.config, async (vision) => {
    const improve = (of: Portrait) => (options.enhance === true ? enhanceSmall(context, vision, of) : of);
    const portrait = await improve(
      picture === undefined
        ? await watchCapture(context, vision, capture ?? '')
        : await portraitFromPicture(vision, picture),
    );
    const views: FurtherView[] = [];
    for (const [role, file] of [
      ['mouth-open', options.mouthOpen],
      ['turned-left', options.left],
      ['turned-right', options.right],
    ] as const) {
      if (file === undefined) continue;
      const view = await viewFromPicture(vision, role, file, portrait);
      views.push({ role, portrait: await improve(view.portrait) });
    }
    return bundleOf(vision, portrait, words, views);
  });
  const bytes = encodeBundle(bundle);
  await writeNewFile(options.output, bytes);
  const sha256 = bundleSha256(bytes);
  context.output.say(
    {
      type: 'avatar-bundle',
      output: options.output,
      sha256,
      bytes: bytes.length,
      width: bundle.picture.width,
      height: bundle.picture.height,
    },
    `${options.output}: ${bundle.name}, ${String(bundle.picture.width)}×${String(bundle.picture.height)}, SHA-256 ${sha256}`,
  );
  hintAtEnhancing(context, bundle);
  for (const { code, message } of await attributeWarnings(bundle))
    context.output.say({ type: 'notice', code, notice: message }, `note: ${message}`);
  return sha256;
}

async function watchCapture(context: CommandContext, vision: Vision, file: string): Promise<Portrait> {
  const progress = context.output.progress('watching the recording', null);
  try {
    return await portraitFromCapture(vision, file, progress.update);
  } finally {
    progress.stop();
  }
}

export async function draftAvatar(
  context: CommandContext,
  file: string,
  options: AvatarDraftOptions,
): Promise<string> {
  const bytes = new Uint8Array(
    await readFile(file).catch((cause: unknown) => {
      throw new CliError('badInput', `${file} cannot be read`, null, [], { cause });
    }),
  );
  const { name, kind, likeness } = parseBundle(bytes);
  const personApi = await openPersonApi(context, options);
  const subject = options.subject ?? (await personApi.me()).personId;
  const avatar = await personApi.draftAvatar({ name, kind, likeness, subject }, bytes);
  context.output.say(
    { type: 'avatar-draft', ...avatar },
    `${avatar.id}: ${avatar.name}, ${avatar.state}. Next: the consent of ${avatar.subject}, then ${String(avatar.approvalsNeeded)} approval(s).`,
  );
  if (avatar.attributes.length > 0) {
    const notice = `it wears ${listAttributes(avatar.attributes)}: to be worn as a portrait, not as an overlay`;
    context.output.say({ type: 'notice', notice }, `note: ${notice}`);
  }
  return avatar.id;
}
