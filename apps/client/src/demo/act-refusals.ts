import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { i420ToRgb } from '@guise/frame';
import { encodePng } from '@guise/media';
import { CliError } from '../cli-error.js';
import { refuseWithdrawnLive } from './act-live.js';
import type { ActContext, Avatars, DemoFiles } from './act-organisation.js';
import { stepVerdict, type Verdicts } from './act-verify.js';
import { wearArguments, type WornClip } from './act-wear.js';
import { framesAt } from '../frames-at.js';
import { pasteInto } from './clips.js';
import { failureText, fieldOf, numberOf, type CommandResult } from './demo-client.js';
import type { Seen } from './steps.js';
import { pairDevice, type World } from './world.js';

/** Life of the permit that is let run out: the shortest the authority gives. */
const SHORT_TTL_SECONDS = 5;

/** Everything that must not work, one by one. */
export async function actRefusals(
  act: ActContext,
  avatar: Avatars['executive'],
  worn: WornClip,
  verdicts: Verdicts,
): Promise<void> {
  const folder = join(act.world.out, 'refusals');
  await mkdir(folder, { recursive: true });
  await refuseUnpaired(act, avatar, folder);
  await refuseWithoutPermit(act, avatar, folder);
  await refuseForeignDevice(act, avatar, folder);
  await refuseExpired(act, avatar, folder);
  await refuseAlteredBundle(act, avatar, folder);
  await refuseStranger(act, avatar, folder);
  await refuseWithdrawnLive(act, avatar, folder);
  await refuseAfterWithdrawal(act, avatar, folder);
  await judgeForgeries(act, worn.output, folder, verdicts);
}

async function refuseUnpaired(
  { world, narrator, files }: ActContext,
  avatar: Avatars['executive'],
  folder: string,
): Promise<void> {
  await narrator.step('a device that was never paired', 'nobody is asked; no output', async () => {
    const output = join(folder, 'unpaired.mp4');
    const result = await world.auditor.run(wearArguments(avatar, files.input, output));
    return refusal(result, 'notPaired', output);
  });
}

/** Wim's own, paired laptop and an avatar that Ada drafted for Erin: she never consented, nobody approved. */
async function refuseWithoutPermit(
  { world, narrator, files }: ActContext,
  avatar: Avatars['executive'],
  folder: string,
): Promise<void> {
  await narrator.step(
    'no permit',
    'a paired device, but nobody consented or approved: refused before a frame is read; no output',
    async () => {
      const { ada, erin } = world.members;
      const meta = {
        name: 'Mona Lisa',
        kind: 'executive',
        likeness: 'artwork',
        subject: erin.personId,
      } as const;
      const { id } = await ada.api.draftAvatar(meta, new Uint8Array(await readFile(avatar.bundle)));
      const output = join(folder, 'no-permit.mp4');
      const result = await world.laptop.run(wearArguments({ ...avatar, id }, files.input, output));
      const seen = await refusal(result, 'refused', output);
      const permitted = result.events.some(({ type }) => type === 'permit');
      return { ...seen, ok: seen.ok && !permitted && result.reasons.length > 0 };
    },
  );
}

async function refuseForeignDevice(
  act: ActContext,
  avatar: Avatars['executive'],
  folder: string,
): Promise<void> {
  const { world, narrator, files } = act;
  await narrator.step(
    "another device's permit",
    'a permit is bound to one device key: refused on any other',
    async () => {
      const [permit, output] = [join(folder, 'laptop.permit'), join(folder, 'foreign-device.mp4')];
      await pairDevice(world, world.tablet, world.members.wim, 'Wim’s tablet');
      await takePermit(world, avatar, permit);
      return refusal(
        await world.tablet.run([...wearArguments(avatar, files.input, output), '--permit', permit]),
        'gateShut',
        output,
      );
    },
  );
}

async function refuseExpired(act: ActContext, avatar: Avatars['executive'], folder: string): Promise<void> {
  const { world, narrator, files } = act;
  await narrator.step(
    'an expired permit',
    `issued for ${String(SHORT_TTL_SECONDS)} s, used after: refused`,
    async () => {
      const [permit, output] = [join(folder, 'short.permit'), join(folder, 'expired.mp4')];
      await takePermit(world, avatar, permit, ['--ttl', String(SHORT_TTL_SECONDS)]);
      await act.sleepMs((SHORT_TTL_SECONDS + 1) * 1000);
      return refusal(
        await world.laptop.run([...wearArguments(avatar, files.input, output), '--permit', permit]),
        'gateShut',
        output,
      );
    },
  );
}

async function refuseAlteredBundle(
  act: ActContext,
  avatar: Avatars['executive'],
  folder: string,
): Promise<void> {
  const { world, narrator, files } = act;
  await narrator.step(
    'an altered avatar file',
    'one byte differs: the permit is for another bundle',
    async () => {
      const [permit, bundle, output] = [
        join(folder, 'good.permit'),
        join(folder, 'altered.guise'),
        join(folder, 'altered.mp4'),
      ];
      await takePermit(world, avatar, permit);
      await writeFile(bundle, withOneByteChanged(await readFile(avatar.bundle)));
      return refusal(
        await world.laptop.run([
          ...wearArguments({ ...avatar, bundle }, files.input, output),
          '--permit',
          permit,
        ]),
        'gateShut',
        output,
      );
    },
  );
}

/** Changes a byte in the middle: inside the picture, so that the file still parses. */
function withOneByteChanged(bytes: Buffer): Buffer {
  const altered = Buffer.from(bytes);
  const middle = altered.length >> 1;
  altered.writeUInt8(altered.readUInt8(middle) ^ 1, middle);
  return altered;
}

async function refuseStranger(
  { world, narrator, files }: ActContext,
  avatar: Avatars['executive'],
  folder: string,
): Promise<void> {
  await narrator.step(
    'another person before the camera',
    'the live face is not the wearer’s: slate only, raw frames: 0',
    async () => {
      const result = await world.laptop.run(
        wearArguments(avatar, files.stranger, join(folder, 'stranger.mp4')),
      );
      const [rendered, raw] = [
        numberOf(result, 'processed', 'renderedFrames'),
        numberOf(result, 'processed', 'rawFrames'),
      ];
      const slates = JSON.stringify(fieldOf(result, 'processed', 'slateFrames'));
      return {
        got: `${String(rendered)} frames rendered, slate ${slates}, raw frames: ${String(raw)}`,
        ok: rendered === 0 && raw === 0 && slates.includes('wearer-mismatch'),
      };
    },
  );
}

async function refuseAfterWithdrawal(
  { world, narrator, files }: ActContext,
  avatar: Avatars['executive'],
  folder: string,
): Promise<void> {
  await narrator.step('withdrawn: no new permit', 'the authority refuses', async () => {
    const output = join(folder, 'withdrawn-again.mp4');
    const result = await world.laptop.run(wearArguments(avatar, files.input, output));
    return refusal(result, 'refused', output);
  });
}

async function judgeForgeries(
  act: ActContext,
  marked: string,
  folder: string,
  verdicts: Verdicts,
): Promise<void> {
  const { files } = act;
  await stepVerdict(
    act,
    'unmarked',
    'an unmarked recording',
    'unmarked',
    () => Promise.resolve(files.unmarked),
    verdicts,
  );
  await stepVerdict(
    act,
    'pasted',
    'a marked frame pasted into another picture',
    'altered',
    () => forge(files, marked, folder),
    verdicts,
  );
}

/** A frame of the genuine output with the middle of another picture over it. */
async function forge(files: DemoFiles, marked: string, folder: string): Promise<string> {
  const [genuine] = await framesAt(marked, [2]);
  if (genuine === undefined) throw new Error('the output is too short to forge a frame');
  const [other = genuine] = await framesAt(files.stranger, [1], genuine);
  const forged = pasteInto(genuine, other, 0.5);
  const path = join(folder, 'pasted.png');
  await writeFile(path, await encodePng(i420ToRgb(forged)));
  return path;
}

async function takePermit(
  world: World,
  avatar: Avatars['executive'],
  path: string,
  rest: readonly string[] = [],
): Promise<void> {
  const result = await world.laptop.run([
    'permit',
    '--avatar',
    avatar.id,
    '--bundle',
    avatar.bundle,
    '-o',
    path,
    ...rest,
  ]);
  if (result.exit !== 'ok') throw new CliError('demoFailed', `no permit to misuse: ${failureText(result)}`);
}

/** Refused as told, and nothing was written. */
async function refusal(
  result: CommandResult,
  expected: CommandResult['exit'],
  output: string,
): Promise<Seen> {
  const written = await access(output).then(
    () => true,
    () => false,
  );
  const words = [result.message ?? '', ...result.reasons].filter(Boolean).join('; ');
  return {
    got: `${result.exit}: ${words}${written ? ' BUT A FILE WAS WRITTEN' : ''}`,
    ok: result.exit === expected && !written,
  };
}
