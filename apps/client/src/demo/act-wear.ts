import { join } from 'node:path';
import { probe, recompress } from '@guise/media';
import type { WearMode } from '../pipeline/index.js';
import type { ActContext, Avatars } from './act-organisation.js';
import { framesAt } from '../frames-at.js';
import { captioned, writeSideBySide } from './clips.js';
import { fieldOf, numberOf, textOf, type CommandResult } from './demo-client.js';

/** What a meeting platform makes of a picture: small and poor. */
export const MEETING = { width: 640, height: 360, kbps: 300 } as const;
/** The wearer's recording is small; output at 720 lines, as a meeting client would send. */
export const WORK_SIZE = { width: 1280, height: 720 } as const;

export interface StageTiming {
  readonly name: string;
  readonly medianMs: number;
  readonly p95Ms: number;
}

export interface WornClip {
  readonly output: string;
  readonly session: string;
  readonly stages: readonly StageTiming[];
  readonly frames: number;
  readonly seconds: number;
}

/** Command line that wears an avatar, as a portrait unless told otherwise. */
export function wearArguments(
  avatar: { readonly id: string; readonly bundle: string },
  input: string,
  output: string,
  mode: WearMode | null = null,
): readonly string[] {
  const size = `${String(WORK_SIZE.width)}x${String(WORK_SIZE.height)}`;
  return [
    'process',
    '-s',
    avatar.bundle,
    '-t',
    input,
    '-o',
    output,
    '--avatar',
    avatar.id,
    '--purpose',
    'recording',
    '--output-video-resolution',
    size,
    ...(mode === null ? [] : ['--mode', mode]),
  ];
}

const SHOWS: Readonly<Record<WearMode, string>> = {
  portrait: 'the avatar’s own picture comes alive, without one camera pixel',
  overlay: 'the avatar’s face in the camera picture',
};

export async function actWear(
  act: ActContext,
  title: string,
  avatar: Avatars['own'],
  input: string,
  output: string,
  mode: WearMode | null = null,
): Promise<WornClip | null> {
  const { world, narrator } = act;
  let worn: WornClip | null = null;
  const shows = SHOWS[mode ?? 'portrait'];
  await narrator.step(
    title,
    `${shows}; a verified permit, every frame rendered, labelled and marked; raw frames: 0`,
    async () => {
      const startedMs = performance.now();
      const result = await world.laptop.run(wearArguments(avatar, input, output, mode));
      worn = wornClipOf(result, output, (performance.now() - startedMs) / 1000);
      const rendered = numberOf(result, 'processed', 'renderedFrames');
      const raw = numberOf(result, 'processed', 'rawFrames');
      const fps = (worn.frames / worn.seconds).toFixed(1);
      return {
        got: `${String(rendered)} of ${String(worn.frames)} frames in ${worn.seconds.toFixed(1)} s (${fps} a second), raw frames: ${String(raw)}`,
        ok: result.exit === 'ok' && raw === 0 && rendered > 0.9 * worn.frames,
      };
    },
  );
  return worn;
}

function wornClipOf(result: CommandResult, output: string, seconds: number): WornClip {
  return {
    output,
    seconds,
    session: textOf(result, 'processed', 'session'),
    frames: numberOf(result, 'processed', 'frames'),
    stages: stagesOf(fieldOf(result, 'processed', 'stages')),
  };
}

function stagesOf(value: unknown): readonly StageTiming[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isStage).map(({ name, medianMs, p95Ms }) => ({ name, medianMs, p95Ms }));
}

const isStage = (value: unknown): value is StageTiming =>
  typeof value === 'object' && value !== null && 'name' in value && 'medianMs' in value && 'p95Ms' in value;

const CAPTIONS = ['camera (stays on the device)', 'what is sent', 'what arrives'] as const;
const SHEET_SIZE = { width: 960, height: 540 } as const;

/** Recompresses as a meeting would, and lays input, output and what arrives side by side. */
export async function actMeeting(
  { world, narrator }: ActContext,
  input: string,
  output: string,
): Promise<string> {
  const received = join(world.out, 'meeting-360p.mp4');
  await narrator.step(
    'through a meeting',
    `rescaled to ${String(MEETING.width)}×${String(MEETING.height)} and squeezed into ${String(MEETING.kbps)} kbit/s`,
    async () => {
      await recompress(output, received, MEETING);
      return { got: received, ok: true };
    },
  );
  await narrator.step('side by side', 'camera | what is sent | what arrives, at three moments', async () => {
    const moments = [0.2, 0.5, 0.8];
    const duration = await durationOf(output);
    const seconds = moments.map((share) => share * duration);
    const [before, after, arrived] = await Promise.all([
      framesAt(input, seconds, WORK_SIZE),
      framesAt(output, seconds),
      framesAt(received, seconds),
    ]);
    for (const [i] of moments.entries()) {
      const row = CAPTIONS.flatMap((caption, at) => {
        const frame = [before, after, arrived][at]?.[i];
        return frame === undefined ? [] : [captioned(frame, caption, SHEET_SIZE)];
      });
      await writeSideBySide(row, join(world.out, `side-by-side-${String(i + 1)}.png`));
    }
    return { got: `${String(after.length)} pictures`, ok: arrived.length === moments.length };
  });
  return received;
}

async function durationOf(file: string): Promise<number> {
  return (await probe(file)).durationSeconds ?? 0;
}
