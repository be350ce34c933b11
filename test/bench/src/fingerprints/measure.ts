import { join } from 'node:path';
import type { I420Frame } from '@guise/frame';
import { judgePicture, type PictureJudgement, type PictureMatch } from '@guise/verification';
import { ATTACKS, encodersOf, type Attack } from '../watermark/attacks.js';
import { CLIP_FPS } from '../watermark/clips.js';
import { capabilities, ffmpeg, loadFrames, writeFrames } from '../watermark/ffmpeg.js';
import type { EvidenceByEpoch } from './evidence.js';
import { findGeometry, LOOK_FPS, matchAll } from './received.js';
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
  return tally(attack.name, frames, clip, evidence);
}

const CRF_28 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '28'];

/** Through a codec, as every forgery would be sent. */
async function send(frames: readonly I420Frame[], folder: string): Promise<string> {
  const [made, sent] = [join(folder, 'made.mkv'), join(folder, 'sent.mp4')];
  await writeFrames(made, CLIP_FPS, frames);
  await ffmpeg(['-i', made, ...CRF_28, sent]);
  return sent;
}

/** Distances of another face in the same place, pose and light. */
export async function measureForeign(
  name: string,
  frames: readonly I420Frame[],
  clip: WornClip,
  evidence: EvidenceByEpoch,
  folder: string,
): Promise<Tally> {
  const received = await loadFrames(await send(frames, folder), { fps: LOOK_FPS });
  return tally(name, received, clip, evidence);
}

function tally(
  name: string,
  frames: readonly I420Frame[],
  { session }: WornClip,
  evidence: EvidenceByEpoch,
): Tally {
  const geometry = findGeometry(frames, session.mark.key);
  if (geometry === null) return { name, matches: [], unread: 1 };
  return { name, matches: matchAll(frames, geometry, [...evidence.values()].flat()), unread: 0 };
}

export interface TallyReport {
  readonly name: string;
  readonly n: number;
  readonly unread: number;
  /** Pictures by what the verdict's first step says of them. */
  readonly judged: Readonly<Record<string, number>>;
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

function countJudgements(matches: readonly PictureMatch[]): Record<string, number> {
  const counts: Partial<Record<PictureJudgement, number>> = {};
  for (const match of matches) {
    const judgement = judgePicture(match);
    counts[judgement] = (counts[judgement] ?? 0) + 1;
  }
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

/** The authority's verdicts on forgeries. */
export async function judgeForgeries(
  clip: WornClip,
  evidence: EvidenceByEpoch,
  folder: string,
): Promise<ForgeryReport[]> {
  await clip.session.handIn(evidence);
  const reports: ForgeryReport[] = [];
  for (const { name, make } of FORGERIES) {
    const report = await clip.session.verify(await send(make(clip), folder));
    reports.push({
      ...{ name, clip: clip.name, verdict: report.verdict },
      reasons: report.reasons.map(({ code }) => code),
      seconds: report.timeline.map(({ verdict }) => verdict),
    });
  }
  return reports;
}
