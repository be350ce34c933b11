import {
  FACE_TRIANGLES,
  FACE_VERTEX_COUNT,
  LANDMARK_COUNT,
  planesOf,
  type FaceObservation,
  type I420Frame,
  type I420Planes,
} from '@guise/frame';
import { facingOf } from '../mesh/normals.js';
import type { HeadFit } from '../mesh/similarity.js';
import { compositeLayer } from './composite.js';
import { checkFace } from './check.js';
import { measureAperture } from '../mesh/aperture.js';
import { createGaze, drawEye, drawLashLine, type EyeLight } from './eyes.js';
import type { EyePatch } from './eye-patch.js';
import { LidSkin, type FaceLight } from './lids.js';
import { LayerPool, type Layer } from './layer.js';
import { LightMatcher, type SceneLight } from './lighting.js';
import { finishMask } from './mask.js';
import { drawMouth } from './mouth.js';
import { AppearanceOccluder } from './occlusion/occluder.js';
import { ObjectUncoverer } from './occlusion/uncover.js';
import type { Levels } from './bake.js';
import type { FloatPicture } from './picture.js';
import { prepareAvatar, type PreparedAvatar } from './prepare.js';
import { rasterizeAttributes, sortFarToNear } from './raster.js';
import { shadeChroma, shadeLuma, shadeTurnedChroma, shadeTurnedLuma, startLuma } from './shade.js';
import { detailRatio, SharpnessMatcher } from './sharpness.js';
import { ShapeBlender, type DrawnShape } from './shape.js';
import { texturePositions } from './texture.js';
import { TurnBlender, type DrawnTurn } from './turn.js';
import type { OverlayOptions, OverlayRenderer, RenderableAvatar, RenderReport } from './types.js';

const DEFAULT_SHAPE_BLEND = 1;
/** Light is read from patches of this size. */
const LIGHT_PATCH_CM = 0.5;

/**
 * Makes a renderer that puts the avatar's face over the face in the camera picture.
 * @throws AvatarError when the picture cannot make an avatar
 */
export function createOverlayRenderer(
  avatar: RenderableAvatar,
  options: OverlayOptions = {},
): OverlayRenderer {
  return new MeshOverlay(prepareAvatar(avatar, options), options);
}

class MeshOverlay implements OverlayRenderer {
  private readonly pool = new LayerPool();
  private readonly turn: TurnBlender;
  private readonly light: LightMatcher;
  private readonly shape: ShapeBlender;
  private readonly lids: LidSkin;
  private readonly gaze = [createGaze(), createGaze()];
  private readonly facing = new Float32Array(FACE_VERTEX_COUNT);
  private readonly xs = new Float32Array(LANDMARK_COUNT);
  private readonly ys = new Float32Array(LANDMARK_COUNT);
  private readonly order = new Uint16Array(FACE_TRIANGLES.length / 3);
  private readonly depth = new Float32Array(FACE_TRIANGLES.length / 3);
  private readonly triangles = new Uint16Array(FACE_TRIANGLES.length);
  private readonly sharpness: SharpnessMatcher;
  private readonly objects: ObjectUncoverer;

  constructor(
    private readonly avatar: PreparedAvatar,
    options: OverlayOptions,
  ) {
    const { topology } = avatar;
    this.turn = new TurnBlender(avatar.face.light, avatar.turned);
    this.light = new LightMatcher(this.turn.light, topology);
    this.shape = new ShapeBlender(avatar.shape, topology, options.shapeBlend ?? DEFAULT_SHAPE_BLEND);
    this.lids = new LidSkin(topology);
    this.objects = new ObjectUncoverer(options.occlusion ?? new AppearanceOccluder(topology));
    this.sharpness = new SharpnessMatcher(avatar.face.levels);
  }

  followLight(follows: boolean): void {
    this.light.follows = follows;
  }

  reset(): void {
    this.light.reset();
    this.shape.reset();
    for (const gaze of this.gaze) gaze.known = false;
    this.sharpness.reset();
    this.objects.reset();
  }

  render(frame: I420Frame, face: FaceObservation): RenderReport {
    const check = checkFace(frame, face.landmarks);
    if (!check.ok) return { status: 'not-rendered', reason: check.reason };
    const { fit, bounds, widthPx } = check;
    const planes = planesOf(frame);
    const layer = this.pool.take(bounds, Math.max(4, widthPx * 0.06), frame.width, frame.height);
    facingOf(this.avatar.normals, fit, this.facing);
    const turn = this.turn.look(fit);
    const patchPx = LIGHT_PATCH_CM * fit.scale;
    const occlusion = this.objects.look(frame, planes, face.landmarks, this.facing, widthPx);
    const scene = this.light.match(
      frame,
      planes,
      layer,
      face.landmarks,
      this.facing,
      patchPx,
      occlusion.visible,
    );
    const { wearer, drawn: shape } = this.shape.draw(face.landmarks, fit);
    const light = this.lids.apply(scene, this.openings(shape));
    sortFarToNear(FACE_TRIANGLES, face.landmarks, this.order, this.depth, this.triangles);
    this.drawSkin(layer, shape, light, turn, widthPx);
    if (!this.objects.uncover(layer, frame, planes, wearer, this.triangles, occlusion))
      return { status: 'not-rendered', reason: 'face-hidden' };
    startLuma(layer, frame, planes.y);
    this.drawLuma(layer, shape, turn, widthPx);
    this.drawOpenings(layer, frame, planes, shape, wearer, scene, light.shut, fit);
    compositeLayer(frame, planes, layer);
    return {
      status: 'rendered',
      region: {
        x: layer.x,
        y: layer.y,
        width: Math.min(layer.width, frame.width - layer.x),
        height: Math.min(layer.height, frame.height - layer.y),
      },
      lumaGain: scene.meanGain,
    };
  }

  /** The avatar's skin, brows, lips and closed openings: mesh → texture positions → colours. */
  private drawSkin(
    layer: Layer,
    shape: DrawnShape,
    light: FaceLight,
    turn: DrawnTurn | null,
    widthPx: number,
  ): void {
    const texture = this.chromaTexture(this.avatar.face.levels, widthPx);
    const at = texturePositions(texture.width);
    layer.mask.fill(-1);
    this.place(shape, layer, 2);
    const grid = { width: layer.chromaWidth, height: layer.chromaHeight };
    rasterizeAttributes(grid, this.triangles, this.xs, this.ys, [
      { vertex: at.us, out: layer.textureX },
      { vertex: at.vs, out: layer.textureY },
      { vertex: this.avatar.cover, out: layer.mask },
      { vertex: light.gain, out: layer.gain },
      { vertex: light.lift, out: layer.lift },
      { vertex: light.own, out: layer.own },
      { vertex: light.tintU, out: layer.tintU },
      { vertex: light.tintV, out: layer.tintV },
      ...(turn === null ? [] : [{ vertex: turn.share, out: layer.turned }]),
    ]);
    shadeChroma(layer, texture);
    if (turn !== null) shadeTurnedChroma(layer, this.chromaTexture(turn.face.levels, widthPx));
    finishMask(layer, widthPx);
  }

  /** Full-size pass. The luma holds the camera's picture before and the avatar's after. */
  private drawLuma(layer: Layer, shape: DrawnShape, turn: DrawnTurn | null, widthPx: number): void {
    const camera = detailInFace(layer);
    this.place(shape, layer, 1);
    // A first frame has no history to follow: it is drawn until its sharpness fits.
    for (let pass = this.sharpness.passesNeeded(); pass > 0; pass--) {
      const texture = this.sharpness.texture(this.avatar.face.levels[0].width / widthPx, camera);
      const at = texturePositions(texture.width);
      layer.lumaX.fill(-1);
      rasterizeAttributes(layer, this.triangles, this.xs, this.ys, [
        { vertex: at.us, out: layer.lumaX },
        { vertex: at.vs, out: layer.lumaY },
      ]);
      shadeLuma(layer, texture);
      if (turn !== null) shadeTurnedLuma(layer, this.sharpness.alike(turn.face.levels));
      this.sharpness.observe(camera, detailInFace(layer));
    }
  }

  /** The avatar's eyes between its lids, the wearer's mouth between the avatar's lips. */
  private drawOpenings(
    layer: Layer,
    frame: I420Frame,
    planes: I420Planes,
    shape: DrawnShape,
    wearer: DrawnShape,
    scene: SceneLight,
    shut: readonly [number, number],
    fit: HeadFit,
  ): void {
    this.avatar.eyes.forEach((patch, i) => {
      const gaze = this.gaze[i];
      if (gaze) drawEye(layer, patch, gaze, shape.xs, shape.ys, fit.scale, lightOn(patch.ring, scene));
      drawLashLine(layer, patch.ring, shape.xs, shape.ys, fit.scale, shut[i] ?? 0);
    });
    drawMouth(layer, frame, planes, shape, wearer, fit.scale);
  }

  /** How far each eye is open, relative to the avatar's picture. */
  private openings(shape: DrawnShape): readonly [number, number] {
    const ratio = (patch: EyePatch): number => {
      const lids = measureAperture(shape.xs, shape.ys, patch.ring);
      return lids.heightPx / lids.widthPx / Math.max(0.05, patch.lids.heightPx / patch.lids.widthPx);
    };
    const [right, left] = this.avatar.eyes;
    return [ratio(right), ratio(left)];
  }

  /** Positions in the layer's full (step 1) or half (step 2) size grid. */
  private place(shape: DrawnShape, layer: Layer, step: 1 | 2): void {
    for (let i = 0; i < LANDMARK_COUNT; i++) {
      this.xs[i] = ((shape.xs[i] ?? 0) - layer.x) / step;
      this.ys[i] = ((shape.ys[i] ?? 0) - layer.y) / step;
    }
  }

  /** Texture level with about one texel a chroma sample. */
  private chromaTexture(levels: Levels, widthPx: number): FloatPicture {
    const best = Math.round(Math.log2((levels[0].width * 2) / widthPx));
    return levels[Math.max(0, Math.min(levels.length - 1, best))] ?? levels[0];
  }
}

/** Detail ratio of what the layer's luma shows in the middle of the face. */
function detailInFace(layer: Layer): number {
  return detailRatio(
    layer.luma,
    layer.width,
    Math.round(layer.width * 0.3),
    Math.round(layer.height * 0.25),
    Math.round(layer.width * 0.4),
    Math.round(layer.height * 0.5),
  );
}

/** Mean scene light around an eye. */
function lightOn(ring: readonly number[], light: SceneLight): EyeLight {
  const mean = (field: Float32Array): number =>
    ring.reduce((sum, i) => sum + (field[i] ?? 0), 0) / ring.length;
  return {
    gain: mean(light.gain),
    lift: mean(light.lift),
    skinU: mean(light.skinU),
    skinV: mean(light.skinV),
  };
}
