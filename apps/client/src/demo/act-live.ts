import { join } from 'node:path';
import type { ActContext, Avatars } from './act-organisation.js';
import { judge, type Verdicts } from './act-verify.js';
import { repeatClip } from './clips.js';
import { fieldOf, numberOf, type CommandResult } from './demo-client.js';

/** A session before the “camera”: the recording, played at its own speed. */
const LIVE_SECONDS = 8;
/** Time for everything to be loaded, for the withdrawal to be heard, and for the slate to be seen after it. */
const WITHDRAWN_SECONDS = 16;
/** For so long the avatar is seen before. */
const SHOWN_MS = 3_000;
/** What the product promises (p99): from the withdrawal to the slate. */
const HEARD_WITHIN_MS = 5_000;

/** Command line of a live session. */
function liveArguments(
  avatar: { readonly id: string; readonly bundle: string },
  input: string,
  output: string,
): readonly string[] {
  return [
    ...['run', '-s', avatar.bundle, '--avatar', avatar.id],
    ...['--input', input, '-o', output, '--size', '1280x720'],
  ];
}

/** Wears the avatar at the speed of life, and has the auditor verify what came out. */
export async function actLive(
  act: ActContext,
  avatar: Avatars['executive'],
  verdicts: Verdicts,
): Promise<void> {
  const { world, narrator, files } = act;
  const [input, output] = [join(world.out, 'live-input.mp4'), join(world.out, 'live.mp4')];
  let slates = 0;
  const isLive = await narrator.step(
    'Wim in a live session',
    'capture, renderer and output each at their own pace; late frames are dropped, none is shown raw',
    async () => {
      await repeatClip(files.input, LIVE_SECONDS, input);
      const result = await world.laptop.run(liveArguments(avatar, input, output));
      const ran = (field: string): number => numberOf(result, 'ran', field);
      slates = ran('outputSlates') + ran('frames') - ran('renderedFrames');
      const isShown = ran('renderedFrames') > 0 && ran('rawFrames') === 0;
      return { got: flowOf(result), ok: result.exit === 'ok' && isShown };
    },
  );
  if (!isLive) return;
  await narrator.step(
    'the auditor verifies the live recording',
    'authorised; where a computer did not keep up and showed slates between, at most inconclusive',
    async () => {
      const judged = await judge(act, 'live', output);
      verdicts.live = judged;
      const isTold = judged === 'authorised' || (slates > 0 && judged === 'inconclusive');
      return { got: `${judged}, ${String(slates)} slates between`, ok: isTold };
    },
  );
}

/** The subject withdraws while the avatar is worn. */
export async function refuseWithdrawnLive(
  { world, narrator, files, sleepMs }: ActContext,
  avatar: Avatars['executive'],
  folder: string,
): Promise<void> {
  await narrator.step(
    'withdrawn while it is worn',
    'Erin withdraws in mid-session: the slate within five seconds, and nothing but the slate after it; raw frames: 0',
    async () => {
      const input = join(folder, 'withdrawn-input.mp4');
      await repeatClip(files.input, WITHDRAWN_SECONDS, input);
      const seen: { withdrawal?: Promise<number>; shutAtMs?: number } = {};
      const withdraw = async (): Promise<number> => {
        await sleepMs(SHOWN_MS);
        await world.members.erin.api.withdrawConsent(avatar.consent);
        return performance.now();
      };
      const result = await world.laptop.run(
        liveArguments(avatar, input, join(folder, 'withdrawn.mp4')),
        (event) => {
          if (event.type !== 'gate') return;
          if (event.open === true) seen.withdrawal ??= withdraw();
          else if (event.reason === 'permit-revoked') seen.shutAtMs ??= performance.now();
        },
      );
      const withdrawnAtMs = await (seen.withdrawal ??
        Promise.reject(new Error('the avatar was never shown')));
      const raw = numberOf(result, 'ran', 'rawFrames');
      const { shutAtMs } = seen;
      if (shutAtMs === undefined) return { got: `the gate stayed open; ${flowOf(result)}`, ok: false };
      const heardMs = Math.max(0, shutAtMs - withdrawnAtMs);
      return {
        got: `slate ${(heardMs / 1000).toFixed(1)} s after the withdrawal; ${flowOf(result)}`,
        ok: result.exit === 'gateShut' && raw === 0 && heardMs <= HEARD_WITHIN_MS,
      };
    },
  );
}

function flowOf(result: CommandResult): string {
  const [rendered, raw, frames, captured] = [
    numberOf(result, 'ran', 'renderedFrames'),
    numberOf(result, 'ran', 'rawFrames'),
    numberOf(result, 'ran', 'frames'),
    numberOf(result, 'ran', 'captured'),
  ];
  const slates = JSON.stringify(fieldOf(result, 'ran', 'slateFrames'));
  return `${String(rendered)} of ${String(frames)} frames rendered (${String(captured)} captured), slate ${slates}, raw frames: ${String(raw)}`;
}
