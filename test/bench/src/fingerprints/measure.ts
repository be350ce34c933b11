import { join } from 'node:path';
import type { I420Frame } from '@guise/frame';
import { judgePicture, type PictureJudgement, type PictureMatch } from '@guise/verification';
import { ATTACKS, encodersOf, type Attack } from '../watermark/attacks.js';
import { CLIP_FPS } from '../watermark/clips.js';
import { capabilities, ffmpeg, loadFrames, writeFrames } from '../watermark/ffmpeg.js';
import { findGeometry, judgeFrames, LOOK_FPS, matchAll, type EvidenceByEpoch } from './received.js';
import { spreadOf, type Spread } from './spread.js';
import { markAll, type WornClip } from './worn-clips.js';

type Recording = Extract<Attack, { kind: 'recording' }>;

/** Matches of one kind of material. */
export interface Tally {
  readonly name: string;
  readonly matches: PictureMatch[];
  /** Recordings in which no mark was found, so that nothing could be compared. */
  unread: number;
}

/** Attacks that an affine map undoes, and that this ffmpeg can make. */
export async function rectifiableAttacks(only: readonly string[] | null): Promise<readonly Recording[]> {
  const encoders = await capabilities('encoders');
  return ATTACKS.filter((attack): attack is Recording => attack.kind === 'recording')
    .filter(({ passes }) => passes.every((pass) => pass.backdrop !== true))
    .filter(({ name }) => !name.startsWith('filmed') && (only === null || only.includes(name)))
    .filter((attack) => encodersOf(attack).every((encoder) => encoders.has(encoder)));
}

export async function receive(attack: Recording, file: string, folder: string): Promise<I420Frame[]> {
  let input = file;
  for (const [index, { filter, codec }] of attack.passes.entries()) {
    const out = join(folder, `pass-${String(index)}.${codec.suffix ?? 'mkv'}`);
    await ffmpeg(['-i', input, ...(filter === undefined ? [] : ['-vf', filter]), ...codec.args, out]);
    input = out;
  }
  return loadFrames(input, { fps: LOOK_FPS });
}

/** Distances of what was really sent, after an attack. */
export async function measureGenuine(
  attack: Recording,
  clip: WornClip,
  evidence: EvidenceByEpoch,
  folder: string,
): Promise<Tally> {
  const frames = await receive(attack, clip.file, folder);
  return tally(attack.name, frames, evidence);
}

const CRF_28 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '28'];

/** Through a codec and back, as every forgery would be sent. */
export async function send(frames: readonly I420Frame[], folder: string): Promise<I420Frame[]> {
  const [sent, received] = [join(folder, 'sent.mkv'), join(folder, 'received.mkv')];
  await writeFrames(sent, CLIP_FPS, frames);
  await ffmpeg(['-i', sent, ...CRF_28, received]);
  return loadFrames(received, { fps: LOOK_FPS });
}

/** Distances of another face in the same place, pose and light. */
export async function measureForeign(
  name: string,
  frames: readonly I420Frame[],
  evidence: EvidenceByEpoch,
  folder: string,
): Promise<Tally> {
  return tally(name, await send(frames, folder), evidence);
}

function tally(name: string, frames: readonly I420Frame[], evidence: EvidenceByEpoch): Tally {
  const geometry = findGeometry(frames);
  if (geometry === null) return { name, matches: [], unread: 1 };
  return { name, matches: matchAll(frames, geometry, [...evidence.values()].flat()), unread: 0 };
}

export interface TallyReport {
  readonly name: string;
  readonly n: number;
  readonly unread: number;
  readonly judged: Readonly<Record<PictureJudgement, number>>;
  readonly picture: Spread | null;
  readonly face: Spread | null;
  readonly median: Spread | null;
}

export function reportTallies(tallies: readonly Tally[]): TallyReport[] {
  return [...new Set(tallies.map(({ name }) => name))].map((name) => {
    const all = tallies.filter((one) => one.name === name);
    const matches = all.flatMap((one) => one.matches);
    const of = (distance: (match: PictureMatch) => number | null) =>
      spreadOf(matches.flatMap((match) => distance(match) ?? []));
    return {
      ...{ name, n: matches.length, unread: all.reduce((sum, one) => sum + one.unread, 0) },
      judged: countJudgements(matches),
      picture: of(({ picture }) => picture),
      face: of(({ face }) => face),
      median: of(({ median }) => median),
    };
  });
}

function countJudgements(matches: readonly PictureMatch[]): Record<PictureJudgement, number> {
  const counts = {
    ...{ recorded: 0, unclear: 0, 'picture-differs': 0, 'face-differs': 0, 'tiles-differ': 0 },
    'nothing-to-compare': 0,
  };
  for (const match of matches) counts[judgePicture(match)]++;
  return counts;
}

/** What a forger may show, each under a valid mark of this session. Receives pictures by their index in the clip. */
const FORGERIES: readonly {
  readonly name: string;
  readonly make: (clip: WornClip) => readonly I420Frame[];
}[] = [
  { name: 'untouched', make: ({ marked }) => marked },
  { name: 'another avatar’s face', make: ({ otherAvatar }) => otherAvatar },
  { name: 'the camera’s own face', make: ({ camera }) => camera },
  {
    name: 'another avatar’s face in a quarter of each second',
    make: ({ marked, otherAvatar }) => mix(marked, otherAvatar, (index) => index % CLIP_FPS < CLIP_FPS / 4),
  },
  {
    name: 'pictures of another second under this one’s mark',
    make: ({ plain, session }) => markAll(swapHalves(plain), session),
  },
  {
    name: 'seconds in another order, each with its own mark',
    make: ({ marked }) => swapHalves(marked),
  },
];

/** Two seconds and more apart: what lies in the second before or after is taken for this one. */
function swapHalves(frames: readonly I420Frame[]): I420Frame[] {
  const half = CLIP_FPS * Math.floor(frames.length / 2 / CLIP_FPS);
  return [...frames.slice(half), ...frames.slice(0, half)];
}

const mix = (
  genuine: readonly I420Frame[],
  forged: readonly I420Frame[],
  isForged: (index: number) => boolean,
): I420Frame[] => genuine.map((frame, index) => (isForged(index) ? (forged[index] ?? frame) : frame));

export interface ForgeryReport {
  readonly name: string;
  readonly clip: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly seconds: readonly string[];
}

/** Verdicts on forgeries, through the function that the authority asks. */
export async function judgeForgeries(
  clip: WornClip,
  evidence: EvidenceByEpoch,
  folder: string,
): Promise<ForgeryReport[]> {
  const reports: ForgeryReport[] = [];
  for (const { name, make } of FORGERIES) {
    const decision = judgeFrames(await send(make(clip), folder), clip.session, evidence);
    reports.push({
      ...{ name, clip: clip.name, verdict: decision.verdict },
      reasons: decision.reasons.map(({ code }) => code),
      seconds: decision.timeline.map(({ entry }) => entry.verdict),
    });
  }
  return reports;
}
