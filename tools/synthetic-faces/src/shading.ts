import type { Actor, ActorExpression } from './actor.js';
import type { Material, Texture } from './human-body.js';
import type { Rgb } from './identity.js';
import { hairCover, underShirt, type Eyeball, type HeadAnatomy } from './stage.js';

/** A point of a surface; mutable since one is made per person, not per pixel. */
export interface SurfacePoint {
  material: Material;
  /** Rest position, MakeHuman axes (dm). */
  x: number;
  y: number;
  z: number;
  u: number;
  v: number;
}

/** Colour of the surface before light, 0–255, and how it shines. */
export interface SurfaceColour {
  r: number;
  g: number;
  b: number;
  gloss: number;
  glossPower: number;
}

export type Shader = (point: SurfacePoint, out: SurfaceColour) => void;

const PUPIL: Rgb = [12, 10, 10];
const SCLERA: Rgb = [222, 214, 210];
const TEETH: Rgb = [225, 215, 200];
const TONGUE: Rgb = [150, 70, 70];
/** Sines of the angles that pupil and iris take on the eyeball. */
const PUPIL_SINE = 0.2;
const IRIS_SINE = 0.46;

/** The surface colours of one actor with one expression. */
export function createShader(actor: Actor, anatomy: HeadAnatomy, expression: ActorExpression): Shader {
  const gaze = gazeDirection(expression);
  const { identity, skin } = actor;
  return (point, out) => {
    out.gloss = 0.08;
    out.glossPower = 12;
    switch (point.material) {
      case 'skin':
        if (underShirt(anatomy, point.y)) {
          paintShirt(identity.shirt, point, out);
          return;
        }
        sampleSkin(skin, point, out);
        paintHair(identity.hair, anatomy, point, out);
        return;
      case 'left-eye':
        paintEye(anatomy.leftEye, gaze, identity.iris, point, out);
        return;
      case 'right-eye':
        paintEye(anatomy.rightEye, gaze, identity.iris, point, out);
        return;
      case 'teeth':
        setColour(out, TEETH, 1);
        return;
      case 'tongue':
        setColour(out, TONGUE, 1);
        return;
      case 'shirt':
        paintShirt(identity.shirt, point, out);
        return;
    }
  };
}

function setColour(out: SurfaceColour, [r, g, b]: Rgb, factor: number): void {
  out.r = r * factor;
  out.g = g * factor;
  out.b = b * factor;
}

/** Unit vector in MakeHuman axes (x to the subject's left, y up, z forward). */
function gazeDirection({ gazeYawDeg, gazePitchDeg }: ActorExpression): Rgb {
  const [yaw, pitch] = [(gazeYawDeg * Math.PI) / 180, (gazePitchDeg * Math.PI) / 180];
  return [Math.sin(yaw) * Math.cos(pitch), Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)];
}

function paintEye(
  { centre, radius }: Eyeball,
  gaze: Rgb,
  iris: Rgb,
  { x, y, z }: SurfacePoint,
  out: SurfaceColour,
): void {
  const [dx, dy, dz] = [(x - centre[0]) / radius, (y - centre[1]) / radius, (z - centre[2]) / radius];
  const along = dx * gaze[0] + dy * gaze[1] + dz * gaze[2];
  const sine = Math.sqrt(Math.max(dx * dx + dy * dy + dz * dz - along * along, 0));
  const front = along > 0;
  if (front && sine < PUPIL_SINE) setColour(out, PUPIL, 1);
  else if (front && sine < IRIS_SINE) setColour(out, iris, 0.7 + 0.6 * sine);
  else setColour(out, SCLERA, 1);
  out.gloss = 0.5;
  out.glossPower = 60;
}

function sampleSkin({ width, height, data }: Texture, { u, v }: SurfacePoint, out: SurfaceColour): void {
  const fx = Math.min(Math.max(u * width - 0.5, 0), width - 1.001);
  const fy = Math.min(Math.max((1 - v) * height - 0.5, 0), height - 1.001);
  const x = fx | 0;
  const y = fy | 0;
  const ax = fx - x;
  const ay = fy - y;
  const at = (y * width + x) * 3;
  const below = at + width * 3;
  const channel = (k: number): number => {
    const top = (data[at + k] ?? 0) * (1 - ax) + (data[at + 3 + k] ?? 0) * ax;
    const bottom = (data[below + k] ?? 0) * (1 - ax) + (data[below + 3 + k] ?? 0) * ax;
    return top * (1 - ay) + bottom * ay;
  };
  out.r = channel(0);
  out.g = channel(1);
  out.b = channel(2);
}

/** Cropped hair, painted on the scalp. */
function paintHair(hair: Rgb, anatomy: HeadAnatomy, point: SurfacePoint, out: SurfaceColour): void {
  const cover = hairCover(anatomy, point.x, point.y, point.z);
  if (cover === 0) return;
  const across = point.x / anatomy.eyeDistance;
  const strand =
    0.85 + 0.12 * Math.sin(across * 60 + 9 * Math.sin(point.y * 5)) + 0.1 * Math.sin(across * 171);
  out.r += (hair[0] * strand - out.r) * cover;
  out.g += (hair[1] * strand - out.g) * cover;
  out.b += (hair[2] * strand - out.b) * cover;
}

function paintShirt(shirt: Rgb, { x, y }: SurfacePoint, out: SurfaceColour): void {
  setColour(out, shirt, 0.92 + 0.08 * Math.sin(x * 90) * Math.sin(y * 90));
  out.gloss = 0.02;
}
