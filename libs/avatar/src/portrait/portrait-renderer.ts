import { planesOf, type Box, type I420Frame } from '@guise/frame';
import type { PersonMask } from '../bundle/format.js';
import { AvatarError } from '../errors.js';
import { admitFace } from '../mesh/admit-face.js';
import { fitHead, type HeadFit } from '../mesh/similarity.js';
import { createFaceTopology } from '../mesh/topology.js';
import type { RenderableAvatar } from '../overlay/types.js';
import type { Canvas } from './canvas.js';
import { frameHead, layStage, type Framing } from './framing.js';
import { createHeadMesh, type HeadMesh } from './head-mesh.js';
import { drawBase } from './base.js';
import { separatePerson, type StageLayers } from './matte.js';
import type { OpenMouthView } from './open-mouth.js';
import { SHIFT_COUNT, type FaceParameters } from './parameters.js';
import { HeadPoser } from './pose-head.js';
import { drawPortraitEye, measureEyes, type PortraitEye } from './portrait-eyes.js';
import { drawPortraitMouth, measureMouth, type PortraitMouth } from './portrait-mouth.js';
import { createPersonWarper, type KernelChoice, type PersonWarper } from './person-warper.js';

/** An avatar with its picture decoded and, if at hand, the person in it told from the background. */
export interface PortraitAvatar extends RenderableAvatar {
  readonly personMask?: PersonMask;
  /** The same face with an open mouth: what is behind its lips is shown when the portrait's open. */
  readonly mouthOpen?: OpenMouthView;
}

export interface PortraitOptions {
  /** Size of the pictures it renders: even, from 64 × 64 to 4096 × 4096. */
  readonly width: number;
  readonly height: number;
  /** Arithmetic of the warp: `auto` (the default) takes SIMD where it runs. Both draw the same bytes. */
  readonly kernels?: KernelChoice;
}

export interface PortraitRenderer {
  readonly width: number;
  readonly height: number;
  /**
   * Draws the whole avatar into a frame of the renderer's size. Whatever the frame held is gone: every sample is
   * overwritten, with code values from 16 to 240. Equal parameters give equal bytes, whatever came before.
   * @returns where the avatar's face is now: the extent of its mesh, in pixels of the frame
   * @throws AvatarError `size-unsupported` when the frame has another size, `parameters-invalid` for values that are none
   */
  render(parameters: FaceParameters, into: I420Frame): Box;
}

const SMALLEST_SIDE = 64;
const LARGEST_SIDE = 4096;

/**
 * Makes the avatar's own picture come alive: head, hair, shoulders and background are the picture's, all movement comes
 * from parameters. It never sees a camera frame.
 * @throws AvatarError when the picture cannot make an avatar or the size is not supported
 */
export function createPortraitRenderer(avatar: PortraitAvatar, options: PortraitOptions): PortraitRenderer {
  return new MeshPortrait(preparePortrait(avatar, options), options.kernels ?? 'auto');
}

interface PreparedPortrait {
  readonly width: number;
  readonly height: number;
  readonly fit: HeadFit;
  readonly mesh: HeadMesh;
  readonly landmarks: Float32Array;
  readonly layers: StageLayers;
  /** I420 bytes under the moving head. */
  readonly base: Uint8Array;
  /** Those of the mesh that show nothing but the person, and those at the edge. */
  readonly solid: Uint16Array;
  readonly mixed: Uint16Array;
  readonly eyes: readonly PortraitEye[];
  readonly mouth: PortraitMouth;
}

function preparePortrait(avatar: PortraitAvatar, { width, height }: PortraitOptions): PreparedPortrait {
  const isSide = (side: number): boolean => side >= SMALLEST_SIDE && side <= LARGEST_SIDE && side % 2 === 0;
  if (!isSide(width) || !isSide(height))
    throw new AvatarError('size-unsupported', 'A portrait needs even sides from 64 to 4096 pixels.');
  const { picture } = avatar;
  const found = admitFace(picture, avatar.landmarks);
  const { personMask } = avatar;
  if (personMask !== undefined && personMask.data.length !== personMask.width * personMask.height)
    throw new AvatarError('picture-size-mismatch', 'The mask of the person does not fit its size.');
  const output = { width, height };
  const framing = frameHead(picture, headInPicture(avatar.landmarks, found), output);
  const landmarks = landmarksOnStage(avatar.landmarks, framing);
  const fit = fitHead(landmarks) ?? found;
  const stage = layStage(picture, framing, output, found.scale);
  const [x, y] = fit.translation;
  const place = { x, y, pxPerCm: fit.scale, rollRad: Math.atan2(fit.rotation[3] ?? 0, fit.rotation[0] ?? 1) };
  const mask = personMask === undefined ? null : { of: personMask, framing, picture };
  const layers = separatePerson(stage, landmarks, place, mask);
  const mesh = createHeadMesh(landmarks, fit);
  return {
    ...output,
    fit,
    mesh,
    landmarks,
    layers,
    base: drawBase(layers, mesh),
    ...sortTriangles(mesh, layers),
    eyes: measureEyes(landmarks, createFaceTopology().mirror, layers.person, {
      ...output,
      pxPerCm: fit.scale,
    }),
    mouth: measureMouth(landmarks, layers.person, output, avatar.mouthOpen ?? null),
  };
}

/** Bridge of the nose, between the eyes. */
const BETWEEN_EYES = 168;

function headInPicture(
  landmarks: Float32Array,
  fit: HeadFit,
): { readonly x: number; readonly eyesY: number; readonly pxPerCm: number } {
  return { x: fit.translation[0], eyesY: landmarks[BETWEEN_EYES * 3 + 1] ?? 0, pxPerCm: fit.scale };
}

function landmarksOnStage(landmarks: Float32Array, { originX, originY, step }: Framing): Float32Array {
  const origin = [originX, originY, 0];
  return landmarks.map((value, i) => (value - (origin[i % 3] ?? 0)) / step);
}

/** Triangles that hold nothing but background are left out: the base shows it already. */
function sortTriangles(
  { xs, ys, triangles }: HeadMesh,
  layers: StageLayers,
): Pick<PreparedPortrait, 'solid' | 'mixed'> {
  const { width, height, alpha } = layers;
  const solid: number[] = [];
  const mixed: number[] = [];
  for (let t = 0; t + 2 < triangles.length; t += 3) {
    const corners = [...triangles.subarray(t, t + 3)];
    const of = (values: Float32Array): readonly number[] => corners.map((i) => values[i] ?? 0);
    const within = (value: number, side: number): number => Math.max(0, Math.min(side - 1, value));
    // Two samples around, for the filter and the chroma.
    const x0 = within(Math.floor(Math.min(...of(xs))) - 2, width);
    const x1 = within(Math.ceil(Math.max(...of(xs))) + 2, width);
    const y0 = within(Math.floor(Math.min(...of(ys))) - 2, height);
    const y1 = within(Math.ceil(Math.max(...of(ys))) + 2, height);
    let least = 255;
    let most = 0;
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const share = alpha[y * width + x] ?? 0;
        if (share < least) least = share;
        if (share > most) most = share;
      }
    if (most > 0) (least === 255 ? solid : mixed).push(...corners);
  }
  return { solid: Uint16Array.from(solid), mixed: Uint16Array.from(mixed) };
}

class MeshPortrait implements PortraitRenderer {
  readonly width: number;
  readonly height: number;
  private readonly poser: HeadPoser;
  private readonly warper: PersonWarper;

  constructor(
    private readonly avatar: PreparedPortrait,
    kernels: KernelChoice,
  ) {
    this.width = avatar.width;
    this.height = avatar.height;
    const { mirror } = createFaceTopology();
    this.poser = new HeadPoser(avatar.mesh, avatar.fit, avatar.landmarks, mirror);
    this.warper = createPersonWarper(avatar, kernels);
  }

  render(parameters: FaceParameters, into: I420Frame): Box {
    requireNumbers(parameters);
    const { width, height, layers } = this.avatar;
    if (into.width !== width || into.height !== height)
      throw new AvatarError('size-unsupported', 'The frame must have the size the renderer was made for.');
    const planes = planesOf(into);
    this.poser.pose(parameters);
    this.warper.draw(this.poser.xs, this.poser.ys, into.data);
    const { chromaWidth, chromaHeight } = planes;
    this.drawOpenings({ x: 0, y: 0, width, height, chromaWidth, chromaHeight, planes }, layers, parameters);
    return this.poser.faceBox();
  }

  private drawOpenings(canvas: Canvas, { person }: StageLayers, parameters: FaceParameters): void {
    const { fit, eyes, mouth } = this.avatar;
    const { xs, ys, scale, jaws } = this.poser;
    for (const eye of eyes) drawPortraitEye(canvas, person, eye, xs, ys, fit.scale, scale, parameters);
    drawPortraitMouth(canvas, person, mouth, xs, ys, fit.scale, scale, jaws);
  }
}

function requireNumbers({ head, lids, gaze, shifts }: FaceParameters): void {
  const values = [...Object.values(head), ...Object.values(lids), ...Object.values(gaze), ...shifts];
  if (shifts.length !== SHIFT_COUNT || !values.every(Number.isFinite))
    throw new AvatarError('parameters-invalid', 'Face parameters must be finite and complete.');
}
