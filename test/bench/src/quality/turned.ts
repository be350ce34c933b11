import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleSha256, encodeBundle, parseBundle, type AvatarBundle } from '@guise/avatar';
import { bundleOf, portraitFromPicture, viewFromPicture, type BundleWords } from '@guise/client/avatar';
import { openAvatarRenderer } from '@guise/client/pipeline';
import { i420ToRgb, type FaceObservation, type I420Frame } from '@guise/frame';
import { decodeVideo, encodePng } from '@guise/media';
import { cosineSimilarity, createVision, type Vision } from '@guise/vision';
import { openRegistry } from '../material.js';
import { recordingOf } from './actors.js';
import { outlineStep } from './face-measures.js';
import { figures } from './figures.js';
import { openInstruments, type Instruments } from './instruments.js';
import { mean } from './series.js';
import { stripOf, type Pair } from './strip.js';
import { stainOf } from './turned-measures.js';

const ACTORS = ['ada', 'ben', 'chen'] as const;
const PLAY = { play: 'far', seconds: 7, fps: 12, width: 640, height: 360 } as const;
const ANGLES = [0, 10, 20, 30, 35, 40] as const;
/** A frame counts for the angle that it is nearest to, within so much. */
const NEAR_DEG = 2.5;
const VIEW_DEG = 30;
const WORDS: BundleWords = {
  ...({ name: 'Own face', kind: 'own-face', likeness: 'person' } as const),
  ...{ provenance: 'frames of the recording', licence: 'CC0', createdAt: 0 },
};

/** Figures of one angle to either side; a `null` has its reason in `reasons`. */
export interface TurnedQuality {
  readonly actor: string;
  readonly views: boolean;
  readonly yawDeg: number;
  /** Frames in which the actor was turned so far, and in how many of them an avatar was drawn. */
  readonly frames: number;
  readonly drawn: number;
  /** See {@link stainOf}; code values. */
  readonly stain: number | null;
  readonly seamRatio: number | null;
  readonly identityAvatar: number | null;
  readonly reasons: Readonly<Record<string, string>>;
}

interface SeenFrame {
  readonly frame: I420Frame;
  readonly face: FaceObservation;
  /** What is true of the head. */
  readonly yawDeg: number;
  readonly timestampMs: number;
}

interface Nets {
  readonly vision: Vision;
  readonly instruments: Instruments;
}

/** Prints the figures, and writes a strip of pictures per actor into the folder. */
export async function turnedCommand(folder: string, json: string | null): Promise<number> {
  const instruments = await openInstruments();
  const vision = await createVision({ registry: await openRegistry() });
  const heads: TurnedQuality[] = [];
  try {
    for (const actor of ACTORS) {
      const { all, strip } = await measureTurned({ vision, instruments }, actor);
      heads.push(...all);
      await writeFile(join(folder, `turned-${actor}.png`), await encodePng(strip));
    }
  } finally {
    await vision.close();
    await instruments.close();
  }
  if (json !== null) await writeFile(json, `${JSON.stringify({ turned: heads }, null, 2)}\n`);
  console.log(formatTurned(heads));
  return 0;
}

/**
 * An actor wears the own face, from the front alone and with both turned views, and turns: a perfect overlay would show what
 * the camera saw. `strip`: camera above, output with views below, over the turn.
 */
async function measureTurned(nets: Nets, actor: string) {
  const seen = await watch(nets.vision, actor);
  const all: TurnedQuality[] = [];
  let strip = stripOf([]);
  for (const views of [false, true]) {
    const bundle = await ownFace(nets.vision, seen, views);
    const worn = await wear(bundle, seen);
    for (const yawDeg of ANGLES) all.push(await figuresOf(nets, { actor, views, yawDeg }, worn, seen));
    if (views) strip = stripOf(worn.slice(PLAY.seconds * 3).flatMap(({ pair }) => pair ?? []));
  }
  return { all, strip };
}

async function watch(vision: Vision, actor: string): Promise<readonly SeenFrame[]> {
  const { file, truth } = await recordingOf(actor, PLAY);
  const tracker = vision.createTracker();
  const seen: SeenFrame[] = [];
  for await (const { frame, index } of await decodeVideo(file)) {
    const timestampMs = (index * 1000) / PLAY.fps;
    const [face] = await tracker.track(frame, timestampMs);
    const yawDeg = truth[index]?.pose.yawDeg;
    if (face !== undefined && yawDeg !== undefined)
      seen.push({ frame: { ...frame, data: frame.data.slice() }, face, yawDeg, timestampMs });
  }
  return seen;
}

/** Made as `guise avatar build` makes it. */
async function ownFace(vision: Vision, seen: readonly SeenFrame[], views: boolean): Promise<AvatarBundle> {
  const folder = await mkdtemp(join(tmpdir(), 'guise-turned-'));
  try {
    const picture = async (yawDeg: number): Promise<string> => {
      const nearest = seen.toSorted((a, b) => Math.abs(a.yawDeg - yawDeg) - Math.abs(b.yawDeg - yawDeg))[0];
      if (nearest === undefined) throw new Error('no face was found in the recording');
      const file = join(folder, `${String(yawDeg)}.png`);
      await writeFile(file, await encodePng(i420ToRgb(nearest.frame)));
      return file;
    };
    const portrait = await portraitFromPicture(vision, await picture(0));
    const turned = views
      ? [
          await viewFromPicture(vision, 'turned-left', await picture(VIEW_DEG), portrait),
          await viewFromPicture(vision, 'turned-right', await picture(-VIEW_DEG), portrait),
        ]
      : [];
    return await bundleOf(vision, portrait, WORDS, turned);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface WornFrame {
  readonly seen: SeenFrame;
  /** Null when no avatar was drawn. */
  readonly pair: Pair | null;
}

async function wear(bundle: AvatarBundle, seen: readonly SeenFrame[]): Promise<readonly WornFrame[]> {
  const bytes = encodeBundle(bundle);
  const avatar = { bundle: parseBundle(bytes), sha256: bundleSha256(bytes) };
  const { width, height } = PLAY;
  const renderer = await openAvatarRenderer({
    ...{ avatar, mode: 'overlay', size: { width, height } },
    label: () => true,
  });
  return seen.map((one) => {
    const shown = { ...one.frame, data: one.frame.data.slice() };
    const isDrawn = renderer.render(shown, one.face, one.timestampMs).status === 'rendered';
    return { seen: one, pair: isDrawn ? { camera: one.frame, shown } : null };
  });
}

async function figuresOf(
  nets: Nets,
  of: Pick<TurnedQuality, 'actor' | 'views' | 'yawDeg'>,
  worn: readonly WornFrame[],
  seen: readonly SeenFrame[],
): Promise<TurnedQuality> {
  const near = worn.filter((one) => Math.abs(Math.abs(one.seen.yawDeg) - of.yawDeg) <= NEAR_DEG);
  const drawn = near.flatMap(({ seen: one, pair }) => (pair === null ? [] : [{ ...one, ...pair }]));
  const identities: number[] = [];
  const ahead = await identityOf(nets, seen[0]?.frame, seen[0]?.face);
  for (const { shown, face } of drawn.filter((_, i) => i % 3 === 0)) {
    const identity = await identityOf(nets, shown, face);
    if (identity !== null && ahead !== null) identities.push(cosineSimilarity(identity, ahead));
  }
  const { figure, reasons } = figures();
  const why = 'no avatar was drawn';
  return {
    ...of,
    frames: near.length,
    drawn: drawn.length,
    stain: figure(
      'stain',
      mean(drawn.map(({ shown, camera, face, yawDeg }) => stainOf(shown, camera, face, yawDeg))),
      why,
    ),
    seamRatio: figure(
      'seamRatio',
      mean(
        drawn
          .map(({ shown, camera, face }) => outlineStep(shown, face) / outlineStep(camera, face))
          .filter(Number.isFinite),
      ),
      why,
    ),
    identityAvatar: figure('identityAvatar', mean(identities), why),
    reasons,
  };
}

async function identityOf(
  { instruments }: Nets,
  frame: I420Frame | undefined,
  face: FaceObservation | undefined,
): Promise<Float32Array | null> {
  if (frame === undefined || face === undefined) return null;
  return instruments.identity(frame, await instruments.points(frame, face));
}

function formatTurned(all: readonly TurnedQuality[]): string {
  const cell = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
  return [
    '| actor | views | yaw° | drawn | stain | seam | identity |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...all.map(
      (of) =>
        `| ${of.actor} | ${of.views ? 'both' : 'none'} | ${String(of.yawDeg)} | ${String(of.drawn)}/${String(of.frames)} | ${cell(of.stain)} | ${cell(of.seamRatio)} | ${cell(of.identityAvatar)} |`,
    ),
  ].join('\n');
}
