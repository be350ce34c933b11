import type { Expression, HeadPose } from '@guise/frame';
import type { ActorTruth } from './actors.js';
import { poseError } from './face-measures.js';
import { figures, type Figure } from './figures.js';
import { mouthOf, pointError } from './point-measures.js';
import { correlation, countBlinks, quantile } from './series.js';
import type { WornFrame } from './worn.js';

/** What the driving landmarker reads in the camera's picture itself, against an actor's truth: no output can be read better. */
export interface InstrumentLimit {
  readonly lidCorrelation: number | null;
  readonly mouthCorrelation: number | null;
  readonly blinkRecall: number | null;
}

/** How an avatar follows its wearer. */
export interface Following {
  readonly poseErrorDeg: number | null;
  readonly blinks: number;
  readonly blinkRecall: number | null;
  readonly lidCorrelation: number | null;
  readonly mouthCorrelation: number | null;
  /** Null where the wearer is no actor: what the landmarker reads is then taken for what there is. */
  readonly limit: InstrumentLimit | null;
  /** Mouth and features once more by the independent landmarker, in input and output. */
  readonly mouthIndependent: number | null;
  readonly landmarkNme: number | null;
}

interface Moved {
  readonly pose: HeadPose;
  readonly expression: Pick<Expression, 'leftLid' | 'rightLid' | 'mouthOpen'>;
}

/** An avatar's mouth that was seen no wider open than this is not seen to open. */
const SEEN_OPEN = 0.06;

/** Compares the avatar, as the driving landmarker sees it in the output, with the truth, or with the wearer seen likewise. */
export function followingOf(
  worn: readonly Pick<WornFrame, 'wearer' | 'avatar' | 'avatarPoints'>[],
  truth: readonly ActorTruth[] | null,
  figure: Figure,
): Following {
  const wearers = worn.map(({ wearer }): Moved => truth?.[wearer.index] ?? wearer.seen);
  const avatars = worn.map(({ avatar }): Moved => avatar);
  const poses = (all: readonly Moved[]): readonly HeadPose[] => all.map(({ pose }) => pose);
  const blinks = countBlinks(lidsOf(wearers), lidsOf(avatars));
  return {
    poseErrorDeg: figure('poseErrorDeg', poseError(poses(wearers), poses(avatars)), 'nothing was shown'),
    blinks: blinks.seen,
    ...agreement(wearers, avatars, figure),
    limit:
      truth === null
        ? null
        : agreement(
            wearers,
            worn.map(({ wearer }) => wearer.seen),
            figures().figure,
          ),
    ...independently(worn, figure),
  };
}

function lidsOf(all: readonly Moved[]): readonly number[] {
  return all.map(({ expression }) => (expression.leftLid + expression.rightLid) / 2);
}

/** Lids, mouth and blinks of one face as those of another. */
function agreement(asked: readonly Moved[], seen: readonly Moved[], figure: Figure): InstrumentLimit {
  const mouths = (all: readonly Moved[]): readonly number[] =>
    all.map(({ expression }) => expression.mouthOpen);
  const blinks = countBlinks(lidsOf(asked), lidsOf(seen));
  return {
    blinkRecall: figure('blinkRecall', blinks.followed / blinks.seen, 'the wearer never blinked'),
    lidCorrelation: figure('lidCorrelation', correlation(lidsOf(asked), lidsOf(seen)), 'lids never moved'),
    mouthCorrelation: figure(
      'mouthCorrelation',
      correlation(mouths(asked), mouths(seen)),
      'the mouth never moved',
    ),
  };
}

function independently(
  worn: readonly Pick<WornFrame, 'wearer' | 'avatarPoints'>[],
  figure: Figure,
): Pick<Following, 'mouthIndependent' | 'landmarkNme'> {
  const wearers = worn.map(({ wearer }) => wearer.points);
  const avatars = worn.map(({ avatarPoints }) => avatarPoints);
  const [asked, opened] = [wearers.map(mouthOf), avatars.map(mouthOf)];
  const isBlind = quantile(asked, 0.95) > 2 * SEEN_OPEN && quantile(opened, 0.95) < SEEN_OPEN;
  return {
    mouthIndependent: figure(
      'mouthIndependent',
      isBlind ? NaN : correlation(asked, opened),
      'the independent landmarker sees no open mouth on this avatar, however wide it is drawn',
    ),
    landmarkNme: figure('landmarkNme', pointError(wearers, avatars), 'nothing was shown'),
  };
}
