import { FACE_VERTEX_COUNT, type I420Frame, type I420Planes } from '@guise/frame';
import { createVertexKernel, smoothOverFace, type VertexKernel } from '../mesh/smoothing.js';
import { smoothstep, type FaceTopology } from '../mesh/topology.js';
import { chromaPerLuma } from './hue.js';
import type { Layer } from './layer.js';
import { plausibility, readSkin } from './skin-colours.js';
import type { VertexColours } from './texture.js';

/** Width of the neighbourhood over which scene light is averaged: along the outline, where the avatar meets the wearer's skin … */
const RIM_SIGMA_CM = 1.4;
/** … and inside, where what is narrower is no light but the wearer's own nose and cheeks. */
const INNER_SIGMA_CM = 3.5;
/** The one gives way to the other over this distance from the outline. */
const RIM_CM = 3;
/** Weight of the whole face's mean where a neighbourhood shows no plain skin. */
const PRIOR = 0.6;
const FOLLOW = 0.2;
/** A change of the whole face's light (natural logarithm) that is followed faster, and one that is followed at once. */
const JUMP = 0.15;
const WHOLE_JUMP = 0.4;
const MIN_GAIN = 0.4;
const MAX_GAIN = 2.4;
/** Largest change of chroma per luma. */
const MAX_TINT = 0.35;
/** What is left of the avatar without the low frequencies may be flattened so far: on plain skin, and on features. */
const MIN_SKIN_CONTRAST = 0.35;
const MIN_FEATURE_CONTRAST = 0.6;
/** What turns the avatar's colours into the scene's, at each vertex. */
export interface SceneLight {
  /** (Y − 16) is multiplied by `gain`, then `lift` is added: together they set light and contrast. */
  readonly gain: Float32Array;
  readonly lift: Float32Array;
  /** Added to the avatar's chroma per luma, (U − 128) / (Y − 16) and (V − 128) / (Y − 16). */
  readonly tintU: Float32Array;
  readonly tintV: Float32Array;
  /** Plain skin of the scene at each vertex: Y − 16 and chroma per luma. */
  readonly skinY: Float32Array;
  readonly skinU: Float32Array;
  readonly skinV: Float32Array;
  readonly meanGain: number;
}

/** Reads the light on the wearer's skin and keeps it steady over time. */
export class LightMatcher {
  private readonly narrow: VertexKernel = createVertexKernel(RIM_SIGMA_CM);
  private readonly wide: VertexKernel = createVertexKernel(INNER_SIGMA_CM);
  private readonly skin: Float32Array;
  private readonly interior: Float32Array;
  /** How much the wide neighbourhood counts at each vertex. */
  private readonly inner: Float32Array;
  private readonly wideLuma = plane();
  private readonly seen = triple();
  private readonly smoothSeen = triple();
  private readonly smoothAvatar = triple();
  private readonly weight = plane();
  /** Weight of a vertex, features included: away from the outline and turned to the camera. */
  private readonly shown = plane();
  private readonly field = { gain: plane(), lift: plane(), tintU: plane(), tintV: plane() };
  private readonly plain = { skinY: plane(), skinU: plane(), skinV: plane() };
  /** Gain of the low frequencies alone, before contrast. */
  private readonly lowGain = plane();
  private skinContrast = 1;
  private featureContrast = 1;
  private started = false;
  /** What was found last. */
  private held: SceneLight | null = null;
  /** False: what was found last stays, and nothing is read. */
  follows = true;

  constructor(
    private readonly avatar: VertexColours,
    { skin, interior, toOutlineCm, forehead }: FaceTopology,
  ) {
    this.skin = skin;
    this.interior = interior;
    this.inner = toOutlineCm.map(
      (cm, i) => smoothstep((cm - 0.5) / (RIM_CM - 0.5)) * (1 - (forehead[i] ?? 0)),
    );
  }

  reset(): void {
    this.started = false;
    this.held = null;
  }

  /**
   * The result is reused by the next call.
   * @param facing how much each vertex is turned to the camera
   * @param visible 0 where an object hides a vertex
   */
  match(
    frame: I420Frame,
    planes: I420Planes,
    layer: Layer,
    landmarks: Float32Array,
    facing: Float32Array,
    patchPx: number,
    visible: Float32Array,
  ): SceneLight {
    if (!this.follows && this.held !== null) return this.held;
    readSkin(frame, planes, layer, landmarks, patchPx, this.seen);
    this.weighSkin(facing, visible);
    for (const key of ['y', 'u', 'v'] as const) {
      smoothOverFace(this.narrow, this.seen[key], this.weight, PRIOR, this.smoothSeen[key]);
      smoothOverFace(this.narrow, this.avatar[key], this.weight, PRIOR, this.smoothAvatar[key]);
    }
    this.widenInside(this.seen.y, this.smoothSeen.y);
    this.widenInside(this.avatar.y, this.smoothAvatar.y);
    return (this.held = this.follow());
  }

  /** Luma tells a face apart by its shading: inside, light is taken from wider neighbourhoods. */
  private widenInside(luma: Float32Array, smooth: Float32Array): void {
    smoothOverFace(this.wide, luma, this.weight, PRIOR, this.wideLuma);
    for (let i = 0; i < FACE_VERTEX_COUNT; i++)
      smooth[i] = (smooth[i] ?? 0) + ((this.wideLuma[i] ?? 0) - (smooth[i] ?? 0)) * (this.inner[i] ?? 0);
  }

  /** Plain skin counts, what is turned away or looks like hair does not. */
  private weighSkin(facing: Float32Array, visible: Float32Array): void {
    const { weight } = this;
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      const turned = smoothstep(((facing[i] ?? 0) - 0.05) / 0.35) * (visible[i] ?? 1);
      weight[i] = (this.skin[i] ?? 0) * turned;
      this.shown[i] = (this.interior[i] ?? 0) * turned;
    }
    const seen = [this.mean(this.seen.y), this.mean(this.seen.u), this.mean(this.seen.v)];
    const own = [this.mean(this.avatar.y), this.mean(this.avatar.u), this.mean(this.avatar.v)];
    for (let i = 0; i < FACE_VERTEX_COUNT; i++)
      weight[i] =
        (weight[i] ?? 0) * plausibility(this.seen, seen, i) * (0.1 + 0.9 * plausibility(this.avatar, own, i));
  }

  private mean(values: Float32Array): number {
    let sum = 0;
    let norm = 1e-6;
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      sum += (this.weight[i] ?? 0) * (values[i] ?? 0);
      norm += this.weight[i] ?? 0;
    }
    return sum / norm;
  }

  /** Turns smoothed colours into gains and offsets, eased over time. */
  private follow(): SceneLight {
    const { gain, lift, tintU, tintV } = this.field;
    const ease = this.started ? FOLLOW + (1 - FOLLOW) * this.jump() : 1;
    const meanGain = this.followGain(ease);
    const skin = Math.max(MIN_SKIN_CONTRAST, this.contrastOver(this.weight));
    const features = Math.max(MIN_FEATURE_CONTRAST, this.contrastOver(this.shown));
    this.skinContrast += (skin - this.skinContrast) * ease;
    this.featureContrast += (features - this.featureContrast) * ease;
    this.followTint(tintU, this.smoothSeen.u, this.smoothAvatar.u, ease);
    this.followTint(tintV, this.smoothSeen.v, this.smoothAvatar.v, ease);
    const { skinY, skinU, skinV } = this.plain;
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      const low = this.lowGain[i] ?? 0;
      const luma = this.smoothAvatar.y[i] ?? 0;
      const onSkin = this.skin[i] ?? 0;
      const contrast = this.skinContrast * onSkin + this.featureContrast * (1 - onSkin);
      gain[i] = low * contrast;
      skinY[i] = low * (luma - 16);
      lift[i] = (skinY[i] ?? 0) * (1 - contrast);
      skinU[i] = (tintU[i] ?? 0) + chromaPerLuma(this.smoothAvatar.u[i] ?? 0, luma);
      skinV[i] = (tintV[i] ?? 0) + chromaPerLuma(this.smoothAvatar.v[i] ?? 0, luma);
    }
    this.started = true;
    return { gain, lift, tintU, tintV, skinY, skinU, skinV, meanGain };
  }

  /** 1 when the light on the face became another one within a frame, 0 when it is as it was. */
  private jump(): number {
    let [wanted, now] = [1e-6, 1e-6];
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      const luma = (this.weight[i] ?? 0) * Math.max(4, (this.smoothAvatar.y[i] ?? 0) - 16);
      wanted += (this.weight[i] ?? 0) * ((this.smoothSeen.y[i] ?? 0) - 16);
      now += luma * (this.lowGain[i] ?? 0);
    }
    const change = Math.abs(Math.log(Math.max(1e-6, wanted) / now));
    return smoothstep((change - JUMP) / (WHOLE_JUMP - JUMP));
  }

  /** @returns the mean gain over plain skin */
  private followGain(ease: number): number {
    let sum = 0;
    let norm = 1e-6;
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      const wanted = ((this.smoothSeen.y[i] ?? 0) - 16) / Math.max(4, (this.smoothAvatar.y[i] ?? 0) - 16);
      const next = Math.max(MIN_GAIN, Math.min(MAX_GAIN, wanted));
      const low = (this.lowGain[i] ?? 0) + (next - (this.lowGain[i] ?? 0)) * ease;
      this.lowGain[i] = low;
      sum += low * (this.weight[i] ?? 0);
      norm += this.weight[i] ?? 0;
    }
    return sum / norm;
  }

  /** Ratio, at most 1, of the wearer's to the avatar's deviation from their own low frequencies. */
  private contrastOver(weights: Float32Array): number {
    let seen = 0;
    let own = 0;
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      const w = weights[i] ?? 0;
      const gain = this.lowGain[i] ?? 0;
      seen += w * Math.abs((this.seen.y[i] ?? 0) - (this.smoothSeen.y[i] ?? 0));
      own += w * Math.abs((this.avatar.y[i] ?? 0) - (this.smoothAvatar.y[i] ?? 0)) * gain;
    }
    return own > seen ? seen / own : 1;
  }

  private followTint(tint: Float32Array, seen: Float32Array, avatar: Float32Array, ease: number): void {
    for (let i = 0; i < FACE_VERTEX_COUNT; i++) {
      const wanted =
        chromaPerLuma(seen[i] ?? 0, this.smoothSeen.y[i] ?? 0) -
        chromaPerLuma(avatar[i] ?? 0, this.smoothAvatar.y[i] ?? 0);
      const next = Math.max(-MAX_TINT, Math.min(MAX_TINT, wanted));
      tint[i] = (tint[i] ?? 0) + (next - (tint[i] ?? 0)) * ease;
    }
  }
}

function plane(): Float32Array {
  return new Float32Array(FACE_VERTEX_COUNT);
}

function triple(): VertexColours {
  return { y: plane(), u: plane(), v: plane() };
}
