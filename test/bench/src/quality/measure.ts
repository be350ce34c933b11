import { rgbToI420, type RgbImage } from '@guise/frame';
import { decodeImage } from '@guise/media';
import { cosineSimilarity, type Vision } from '@guise/vision';
import type { AvatarBundle } from '@guise/avatar';
import type { ActorTruth } from './actors.js';
import { faceFlicker, type FaceFlicker, isStill, neckDifference, outlineStep } from './face-measures.js';
import { figures } from './figures.js';
import { followingOf, type Following } from './following.js';
import type { Instruments } from './instruments.js';
import { mean } from './series.js';
import { stripOf } from './strip.js';
import { wear, type WatchedFrame, type Way, type WornFrame } from './worn.js';

/** A recording with the wearer seen in it; `truth` of each frame where an actor plays. */
export interface Recording {
  readonly name: string;
  readonly file: string;
  readonly seconds: number;
  readonly watched: readonly WatchedFrame[];
  readonly truth: readonly ActorTruth[] | null;
}

/** Figures of one recording worn one way; a `null` has its reason in `reasons`, by the name of the figure. */
export interface ClipQuality extends Following {
  readonly name: string;
  readonly mode: Way['mode'];
  readonly avatar: Way['avatar'];
  readonly frames: number;
  /** What pose, blinks and mouth are compared with: the wearer as the driving landmarker sees them, or the truth. */
  readonly against: 'landmarker' | 'truth';
  readonly identityAvatar: number | null;
  readonly identityWearer: number | null;
  readonly flickerRatio: number | null;
  /** Pixels of the output by which what flickers would have to tremble. */
  readonly tremblePx: number | null;
  readonly seamRatio: number | null;
  readonly deltaE: number | null;
  readonly reasons: Readonly<Record<string, string>>;
}

const EMBED_EVERY = 15;
const NEVER_STILL = 'the wearer was never still';

/** Wears an avatar over a recording and measures what comes out. `strip`: camera above, output below, over time. */
export async function measureClip(
  nets: { readonly vision: Vision; readonly instruments: Instruments },
  recording: Recording,
  way: Way,
  bundle: AvatarBundle,
): Promise<{ readonly quality: ClipQuality; readonly strip: RgbImage }> {
  const { instruments } = nets;
  const worn: Omit<WornFrame, 'camera' | 'shown'>[] = [];
  const identities: Record<'camera' | 'shown', Float32Array[]> = { camera: [], shown: [] };
  const [seam, deltaE]: [number[], number[]] = [[], []];
  const flicker: Record<'camera' | 'shown', FaceFlicker[]> = { camera: [], shown: [] };
  const kept: WornFrame[] = [];
  let [earlier, before]: [WornFrame | null, WornFrame | null] = [null, null];
  for await (const frame of wear(nets, recording, way, bundle)) {
    const { camera, shown, wearer, avatar, avatarPoints } = frame;
    if (worn.length % EMBED_EVERY === 0) {
      identities.camera.push(await instruments.identity(camera, wearer.points));
      identities.shown.push(await instruments.identity(shown, avatarPoints));
      deltaE.push(neckDifference(shown, avatar));
      if (way.mode === 'overlay') seam.push(outlineStep(shown, avatar) / outlineStep(camera, wearer.seen));
      kept.push(frame);
    }
    if (earlier !== null && before !== null && areStill([earlier, before, frame])) {
      flicker.shown.push(faceFlicker([earlier.shown, before.shown, shown], before.avatar));
      flicker.camera.push(faceFlicker([earlier.camera, before.camera, camera], before.wearer.seen));
    }
    worn.push({ wearer, avatar, avatarPoints });
    [earlier, before] = [before, frame];
  }
  const picture = await identityOf(nets, bundle);
  const output = meanOf(identities.shown);
  const { figure, reasons } = figures();
  const quality = {
    ...{ name: recording.name, mode: way.mode, avatar: way.avatar, frames: worn.length },
    against: recording.truth === null ? ('landmarker' as const) : ('truth' as const),
    identityAvatar: figure('identityAvatar', cosineSimilarity(output, picture), 'nothing was shown'),
    identityWearer: figure(
      'identityWearer',
      cosineSimilarity(output, meanOf(identities.camera)),
      'nothing was shown',
    ),
    ...followingOf(worn, recording.truth, figure),
    flickerRatio: figure(
      'flickerRatio',
      mean(flicker.shown.map(({ luma }) => luma)) / mean(flicker.camera.map(({ luma }) => luma)),
      NEVER_STILL,
    ),
    tremblePx: figure('tremblePx', mean(flicker.shown.map(({ px }) => px)), NEVER_STILL),
    seamRatio: figure(
      'seamRatio',
      mean(seam.filter(Number.isFinite)),
      way.mode === 'portrait' ? 'a portrait has no seam' : 'no outline within the picture',
    ),
    deltaE: figure('deltaE', mean(deltaE.filter(Number.isFinite)), 'the neck is below the picture'),
    reasons,
  };
  return { quality, strip: stripOf(kept) };
}

function areStill([a, b, c]: readonly [WornFrame, WornFrame, WornFrame]): boolean {
  return isStill(a.wearer.seen, b.wearer.seen) && isStill(b.wearer.seen, c.wearer.seen);
}

function meanOf(all: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = all;
  return first.map((_, i) => mean(all.map((one) => one[i] ?? 0)));
}

async function identityOf(
  { vision, instruments }: { readonly vision: Vision; readonly instruments: Instruments },
  bundle: AvatarBundle,
): Promise<Float32Array> {
  const picture = rgbToI420(await decodeImage(bundle.picture.bytes));
  const [face] = await vision.detectFaces(picture);
  if (face === undefined) throw new Error('the avatar shows no face');
  return instruments.identity(picture, await instruments.points(picture, face));
}
