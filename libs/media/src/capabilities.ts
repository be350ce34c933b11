import { runTool } from './child.js';
import type { FfmpegTools } from './types.js';

const LIST_TIMEOUT_MS = 20_000;
const lists = new Map<string, Promise<ReadonlySet<string>>>();
const packetDroppers = new Map<string, Promise<boolean>>();

export async function hasFilters(tools: FfmpegTools, names: readonly string[]): Promise<boolean> {
  const present = await listed(tools, '-filters');
  return names.every((name) => present.has(name));
}

/** The first encoder of a preference list that this ffmpeg has. */
export async function firstEncoder(
  tools: FfmpegTools,
  names: readonly string[],
): Promise<string | undefined> {
  const present = await listed(tools, '-encoders');
  return names.find((name) => present.has(name));
}

/** Whether the bitstream filter `noise` can drop packets by an expression (ffmpeg 5 and later). */
export function dropsPackets(tools: FfmpegTools): Promise<boolean> {
  const known = packetDroppers.get(tools.ffmpeg);
  if (known !== undefined) return known;
  const read = runTool(tools.ffmpeg, ['-hide_banner', '-h', 'bsf=noise'], {
    timeoutMs: LIST_TIMEOUT_MS,
  }).then(({ stdout }) => /^\s*-drop\s+<string>/m.test(stdout.toString('utf8')));
  packetDroppers.set(tools.ffmpeg, read);
  read.catch(() => packetDroppers.delete(tools.ffmpeg));
  return read;
}

/** Names in the second column of `ffmpeg -filters` or `-encoders`, read once per program. */
function listed(tools: FfmpegTools, what: '-filters' | '-encoders'): Promise<ReadonlySet<string>> {
  const key = `${tools.ffmpeg}\n${what}`;
  const known = lists.get(key);
  if (known !== undefined) return known;
  const read = runTool(tools.ffmpeg, ['-hide_banner', what], { timeoutMs: LIST_TIMEOUT_MS }).then(
    ({ stdout }) =>
      new Set([...stdout.toString('utf8').matchAll(/^ \S+\s+(\S+)/gm)].map((match) => match[1] ?? '')),
  );
  lists.set(key, read);
  read.catch(() => lists.delete(key));
  return read;
}
