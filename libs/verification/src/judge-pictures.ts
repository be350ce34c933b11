import type { Verdict } from '@guise/protocol';
import { alteredTiles, judgePicture, type PictureJudgement, type PictureMatch } from './picture-match.js';
import type { ReasonCode } from './reasons.js';

/** This many foreign pictures of a second are no slip of the decoder. */
export const FOREIGN_MIN_PICTURES = 2;

/** Share of a second's pictures that may be unclear: a blink or a cut of the codec between two recorded pictures. */
export const UNCLEAR_MAX_SHARE = 0.25;

export interface PicturesJudgement {
  readonly verdict: Verdict;
  readonly reason: ReasonCode;
}

const RECORDED: PicturesJudgement = { verdict: 'authorised', reason: 'proved' };
const inconclusive = (reason: ReasonCode): PicturesJudgement => ({ verdict: 'inconclusive', reason });

/**
 * Judges the pictures received of one second, each for itself: no genuine picture vouches for the one beside it. One
 * foreign picture keeps the second from being authorised; two, or the only one there is, make it altered. One that shows
 * too little keeps it from being authorised as well.
 * @param slateNear unmarked slate frames may lie among the pictures of this second, and are no alteration
 */
export function judgePictures(pictures: readonly PictureMatch[], slateNear: boolean): PicturesJudgement {
  const judged = pictures.map(judgePicture);
  const foreign = judged.filter(isForeign);
  if (foreign.length > 0) return judgeForeign(foreign, judged.length, slateNear);
  if (judged.length === 0 || judged.includes('nothing-to-compare')) return inconclusive('nothing-to-compare');
  if (judged.includes('too-little')) return inconclusive('too-little-compared');
  if (judged.includes('face-cut')) return inconclusive('face-cut');
  const unclear = judged.filter((judgement) => judgement === 'unclear').length;
  return unclear <= judged.length * UNCLEAR_MAX_SHARE ? RECORDED : inconclusive('picture-unclear');
}

type ForeignJudgement = Extract<PictureJudgement, 'picture-differs' | 'face-differs' | 'tiles-differ'>;
const isForeign = (judgement: PictureJudgement): judgement is ForeignJudgement =>
  judgement === 'picture-differs' || judgement === 'face-differs' || judgement === 'tiles-differ';

function judgeForeign(
  foreign: readonly ForeignJudgement[],
  pictures: number,
  slateNear: boolean,
): PicturesJudgement {
  if (slateNear) return inconclusive('slate-between');
  if (foreign.length < Math.min(FOREIGN_MIN_PICTURES, pictures)) return inconclusive('pictures-mixed');
  const main = mostFrequent(foreign);
  // Tiles alone are weaker evidence, which the whole of the recording has to bear out.
  const isMixed = foreign.length <= pictures / 2 && main !== 'tiles-differ';
  return { verdict: 'altered', reason: isMixed ? 'pictures-mixed' : main };
}

function mostFrequent(foreign: readonly ForeignJudgement[]): ForeignJudgement {
  const count = (wanted: ForeignJudgement) => foreign.filter((judgement) => judgement === wanted).length;
  const order = ['picture-differs', 'face-differs', 'tiles-differ'] as const;
  return order.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Tiles that are foreign in two pictures of the second, or in the only one. */
export function foreignTiles(pictures: readonly PictureMatch[]): number[] {
  const needed = Math.min(FOREIGN_MIN_PICTURES, pictures.length);
  const counts = new Map<number, number>();
  for (const tile of pictures.flatMap(alteredTiles)) counts.set(tile, (counts.get(tile) ?? 0) + 1);
  return [...counts].flatMap(([tile, count]) => (count >= needed ? [tile] : [])).sort((a, b) => a - b);
}

/** Middle of a distance over the pictures of a second; null when none has it. */
export function middleOf(
  pictures: readonly PictureMatch[],
  distance: (match: PictureMatch) => number | null,
): number | null {
  const sorted = pictures.flatMap((match) => distance(match) ?? []).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
