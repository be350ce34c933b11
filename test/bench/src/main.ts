import { parseArgs } from 'node:util';
import { writeFile } from 'node:fs/promises';
import { WEAR_MODES } from '@guise/client/pipeline';
import { ATTRIBUTES_USAGE, attributesCommand } from './attributes/command.js';
import { AUTHORITY_USAGE, authorityCommand } from './authority/command.js';
import { CAMERA_USAGE, cameraCommand } from './camera/command.js';
import { ENHANCEMENT_USAGE, enhancementCommand } from './enhancement/command.js';
import { FINGERPRINTS_USAGE, fingerprintsCommand } from './fingerprints/command.js';
import { makePicture } from './picture.js';
import { benchPipeline, formatPipeline, isSound } from './pipeline.js';
import { QUALITY_USAGE, qualityCommand } from './quality/command.js';
import { SCALE_USAGE, scaleCommand } from './scale.js';
import { VERIFICATION_USAGE, verificationCommand } from './verification.js';
import { WATERMARK_USAGE, watermarkCommand } from './watermark/command.js';

const USAGE = `usage: npm run bench -- pipeline [--json FILE] [--input FILE] [--seconds N] [--size 1280x720] [--mode MODE]

pipeline   the whole chain over a recording, with a locally issued permit: decode → track → wearer check → render → label →
           mark → record → encode, in one process, beside decode+encode alone in the same run. Both ways of wearing an
           avatar, portrait and overlay, one after the other; --mode measures one. --json holds an array with one entry a mode.
           Default: 60 seconds at 1280x720 of the sample recording, made into one of that size first.
picture    makes docs/images/side-by-side.png anew from a synthetic actor and the sample portrait (about two minutes).
${SCALE_USAGE.trim()}
${QUALITY_USAGE}
${ATTRIBUTES_USAGE}
${ENHANCEMENT_USAGE}
${CAMERA_USAGE}
${WATERMARK_USAGE}
${FINGERPRINTS_USAGE}
${VERIFICATION_USAGE}
${AUTHORITY_USAGE}`;

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'watermark') return watermarkCommand(args.slice(1));
  if (args[0] === 'authority') return authorityCommand(args.slice(1));
  if (args[0] === 'verification') return verificationCommand(args.slice(1));
  if (args[0] === 'fingerprints') return fingerprintsCommand(args.slice(1));
  if (args[0] === 'attributes') return attributesCommand(args.slice(1));
  if (args[0] === 'quality') return qualityCommand(args.slice(1));
  if (args[0] === 'camera') return cameraCommand(args.slice(1));
  if (args[0] === 'enhancement') return enhancementCommand(args.slice(1));
  if (args[0] === 'scale') return scaleCommand(args.slice(1));
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      input: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      size: { type: 'string', default: '1280x720' },
      mode: { type: 'string' },
    },
  });
  if (positionals.join() === 'picture') {
    await makePicture('docs/images/side-by-side.png');
    return 0;
  }
  const [, width, height] = /^(\d{3,4})x(\d{2,4})$/.exec(values.size) ?? [];
  const seconds = Number(values.seconds);
  const modes = WEAR_MODES.filter((mode) => (values.mode ?? mode) === mode);
  const isComplete = width !== undefined && height !== undefined && seconds > 0 && modes.length > 0;
  if (positionals.join() !== 'pipeline' || !isComplete) {
    console.error(USAGE);
    return 2;
  }
  const results = await benchPipeline({
    input: values.input ?? null,
    seconds,
    size: { width: Number(width), height: Number(height) },
    modes,
  });
  console.log(results.map(formatPipeline).join('\n\n'));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return results.every(isSound) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
