import { extname } from 'node:path';
import { readFile } from 'node:fs/promises';
import {
  AvatarError,
  bundleSha256,
  DRAWN_CHARACTERS,
  encodeBundle,
  parseBundle,
  warningsOf,
  type AvatarBundle,
  type AvatarView,
} from '@guise/avatar';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { writeNewFile } from '../write-file.js';
import { builtinBundle, findCharacter } from './builtin.js';
import { attributeWarnings } from './face-attributes.js';
import { previewClip, previewSheet } from './preview.js';

/** `guise avatar builtin`, `inspect`, `preview`: what one may see of an avatar without wearing it. */
export function registerLookCommands(avatar: Command, context: CommandContext): void {
  avatar
    .command('builtin')
    .description('the drawn characters that Guise brings along; with a name, writes its bundle')
    .argument('[name]', 'e.g. slate; without one they are listed')
    .option('-o, --output <file>', 'bundle to write (default: NAME.guise)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ guise avatar builtin\n  $ guise avatar builtin slate -o slate.guise\n  $ guise avatar draft slate.guise',
    )
    .action(async (name: string | undefined, { output }: { readonly output?: string }) => {
      if (name === undefined) listBuiltin(context);
      else await writeBuiltin(context, name, output ?? `${name}.guise`);
    });
  avatar
    .command('inspect')
    .description('what a bundle is, and what a reviewer should know of it')
    .argument('<bundle>', '.guise file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ guise avatar inspect me.guise\n  $ guise avatar inspect me.guise --json',
    )
    .action(async (file: string) => {
      await inspectBundle(context, file, await readBundle(file));
    });
  avatar
    .command('preview')
    .description('a marked picture or clip of an avatar in a range of made-up poses')
    .argument('<bundle>', '.guise file')
    .requiredOption('-o, --output <file>', 'contact sheet (.png) or clip (.mp4, .webm) to write')
    .addHelpText(
      'after',
      '\nIt takes no camera and no parameters, is small and says across every picture that it is a preview.\n\nExamples:\n  $ guise avatar preview slate.guise -o slate.png\n  $ guise avatar preview slate.guise -o slate.mp4',
    )
    .action(async (file: string, { output }: { readonly output: string }) => {
      await writePreview(context, (await readBundle(file)).bundle, output);
    });
}

function listBuiltin({ output }: CommandContext): void {
  for (const { id, name, hair, clothes } of DRAWN_CHARACTERS)
    output.say(
      { type: 'builtin-avatar', id, name, hair, clothes },
      `${id.padEnd(10)}${name}: ${hair} hair, ${clothes}`,
    );
}

async function writeBuiltin({ output }: CommandContext, id: string, file: string): Promise<void> {
  const bundle = await builtinBundle(findCharacter(id));
  const bytes = encodeBundle(bundle);
  await writeNewFile(file, bytes);
  const sha256 = bundleSha256(bytes);
  const { width, height } = bundle.picture;
  output.say(
    { type: 'avatar-bundle', output: file, sha256, bytes: bytes.length, width, height },
    `${file}: ${bundle.name}, ${String(width)}×${String(height)}, SHA-256 ${sha256}`,
  );
}

interface ReadBundle {
  readonly bundle: AvatarBundle;
  readonly sha256: string;
  readonly bytes: number;
}

async function readBundle(file: string): Promise<ReadBundle> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CliError('badInput', `${file} cannot be read`, 'Check the name and your rights.', [], {
      cause,
    });
  });
  try {
    return { bundle: parseBundle(new Uint8Array(bytes)), sha256: bundleSha256(bytes), bytes: bytes.length };
  } catch (error) {
    if (!(error instanceof AvatarError)) throw error;
    throw new CliError('badInput', `${file} is no usable avatar`, error.message, [], { cause: error });
  }
}

async function inspectBundle(
  { output }: CommandContext,
  file: string,
  { bundle, sha256, bytes }: ReadBundle,
): Promise<void> {
  const { name, kind, likeness, provenance, licence, createdAt, picture, personMask, views = [] } = bundle;
  const pictureOf = ({ picture: { mediaType, width, height, bytes: of }, enhancement }: AvatarView) => ({
    ...{ mediaType, width, height, bytes: of.length },
    enhancement: enhancement ?? null,
  });
  const mask = personMask === undefined ? null : { width: personMask.width, height: personMask.height };
  const warnings = [...warningsOf(bundle), ...(await attributeWarnings(bundle))];
  const size = (of: { readonly width: number; readonly height: number } | null): string =>
    of === null ? 'none' : `${String(of.width)}×${String(of.height)}`;
  output.say(
    {
      ...{
        type: 'avatar-inspection',
        file,
        sha256,
        bytes,
        name,
        kind,
        likeness,
        provenance,
        licence,
        createdAt,
      },
      ...{ picture: pictureOf(bundle), personMask: mask, warnings },
      views: views.map((view) => ({ role: view.role, picture: pictureOf(view) })),
    },
    [
      `${name} (${kind}, ${likeness})`,
      `  SHA-256     ${sha256}`,
      `  file        ${String(bytes)} bytes, made ${new Date(createdAt * 1000).toISOString()}`,
      `  provenance  ${provenance}`,
      `  licence     ${licence}`,
      `  picture     ${size(picture)}, ${picture.mediaType}, ${String(picture.bytes.length)} bytes`,
      `  enhanced    ${enhancementText(bundle)}`,
      `  mask        ${size(mask)}`,
      `  views       ${views.length === 0 ? 'none' : views.map((view) => `${view.role} ${size(view.picture)}`).join(', ')}`,
      ...(warnings.length === 0
        ? ['  warnings    none']
        : warnings.map(({ code, message }) => `  ! ${code}: ${message}`)),
    ].join('\n'),
  );
}

/** Which pictures a network made larger, and which network: an auditor may compare its SHA-256 with models/manifest.json. */
function enhancementText(bundle: AvatarBundle): string {
  const pictures = [
    { role: 'picture', of: bundle },
    ...(bundle.views ?? []).map((of) => ({ role: of.role, of })),
  ];
  const enhanced = pictures.flatMap(({ role, of: { enhancement } }) =>
    enhancement === undefined ? [] : [`${role} ×${String(enhancement.factor)} by ${enhancement.model}`],
  );
  return enhanced.length === 0 ? 'no' : enhanced.join(', ');
}

async function writePreview({ output }: CommandContext, bundle: AvatarBundle, file: string): Promise<void> {
  const extension = extname(file).toLowerCase();
  if (extension === '.png') await writeNewFile(file, await previewSheet(bundle));
  else if (extension === '.mp4' || extension === '.webm') await previewClip(bundle, file);
  else
    throw new CliError(
      'usage',
      `a preview is not written as ${extension || 'a file without an ending'}`,
      'Name it .png, .mp4 or .webm.',
    );
  output.say(
    { type: 'avatar-preview', output: file },
    `${file}: a preview; wearing the avatar takes a permit`,
  );
}
