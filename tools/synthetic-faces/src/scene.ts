import type { HeadPose, RgbImage } from '@guise/frame';

import type { Actor, ActorExpression } from './actor.js';
import type { HumanBody } from './human-body.js';
import { seededRandom, type Rgb } from './identity.js';
import { createCanvas, drawBody, type Canvas, type Light } from './rasterizer.js';
import { createShader } from './shading.js';
import { anatomyOf, placePoint, raiseHair, toHeadFrame, truePose, type HeadAnatomy } from './stage.js';

/** One person in a picture. */
export interface Appearance {
  readonly actor: Actor;
  readonly expression: ActorExpression;
  /** The turn, and where the head is while it looks straight ahead (camera space, cm). */
  readonly placement: HeadPose;
}

export interface Scene {
  readonly people: readonly Appearance[];
  readonly light: Light;
  readonly background: Rgb;
  /** Standard deviation of the sensor noise, 8-bit units, and its seed. */
  readonly noise?: { readonly sigma: number; readonly seed: number };
}

/** What is true of one face in a rendered picture. */
export interface FaceTruth {
  readonly identity: number;
  readonly pose: HeadPose;
  readonly expression: ActorExpression;
  /** Centres of the eyeballs in pixels; left is the subject's. */
  readonly leftEye: readonly [x: number, y: number];
  readonly rightEye: readonly [x: number, y: number];
}

export interface RenderedScene {
  readonly image: RgbImage;
  /** In the order of `people`. */
  readonly faces: readonly FaceTruth[];
}

/** Same assumption as the pose solver: focal length 1.2 × frame width, so that distances can be compared. */
export const FOCAL_OVER_WIDTH = 1.2;
export const STUDIO_LIGHT: Light = { direction: [0.35, -0.5, -0.8], ambient: 0.45, strength: 1 };
const SUPERSAMPLING = 2;

export async function renderScene(
  body: HumanBody,
  scene: Scene,
  width: number,
  height: number,
): Promise<RenderedScene> {
  const canvas = createCanvas(width * SUPERSAMPLING, height * SUPERSAMPLING);
  paintBackground(canvas, scene.background);
  const faces: FaceTruth[] = [];
  for (const { actor, expression, placement } of scene.people) {
    const rest = await actor.shape(expression);
    const anatomy = anatomyOf(body, rest);
    const raised = rest.slice();
    raiseHair(raised, anatomy);
    const placed = placeVertices(raised, anatomy, placement);
    const shader = createShader(actor, anatomy, expression);
    drawBody(canvas, { body, rest, placed, shader }, FOCAL_OVER_WIDTH * canvas.width, scene.light);
    faces.push(truthOf(actor, expression, placement, anatomy, width, height));
  }
  return { image: develop(canvas, width, height, scene.noise), faces };
}

function placeVertices(rest: Float32Array, anatomy: HeadAnatomy, placement: HeadPose): Float32Array {
  const placed = new Float32Array(rest.length);
  for (let i = 0; i < rest.length; i += 3) {
    const point = toHeadFrame([rest[i] ?? 0, rest[i + 1] ?? 0, rest[i + 2] ?? 0], anatomy);
    placed.set(placePoint(point, placement), i);
  }
  return placed;
}

function truthOf(
  actor: Actor,
  expression: ActorExpression,
  placement: HeadPose,
  anatomy: HeadAnatomy,
  width: number,
  height: number,
): FaceTruth {
  const project = (point: readonly [number, number, number]): [number, number] => {
    const [x, y, z] = placePoint(toHeadFrame(point, anatomy), placement);
    const focal = FOCAL_OVER_WIDTH * width;
    return [width / 2 + (focal * x) / z, height / 2 + (focal * y) / z];
  };
  return {
    identity: actor.identity.seed,
    pose: truePose(placement),
    expression,
    leftEye: project(anatomy.leftEye.centre),
    rightEye: project(anatomy.rightEye.centre),
  };
}

/** A wall with a soft fall of light. */
function paintBackground({ width, height, colour }: Canvas, wall: Rgb): void {
  for (let y = 0, k = 0; y < height; y++) {
    for (let x = 0; x < width; x++, k += 3) {
      const light = 0.8 + 0.4 * (1 - y / height) + 0.05 * Math.sin(x * 0.01) * Math.cos(y * 0.013);
      for (let channel = 0; channel < 3; channel++) colour[k + channel] = (wall[channel] ?? 0) * light;
    }
  }
}

/** Averages the supersampled canvas and adds the sensor's noise. */
function develop(canvas: Canvas, width: number, height: number, noise: Scene['noise']): RgbImage {
  const data = new Uint8Array(width * height * 3);
  const random = seededRandom(noise?.seed ?? 0);
  const sigma = noise?.sigma ?? 0;
  const share = 1 / (SUPERSAMPLING * SUPERSAMPLING);
  for (let y = 0, k = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++, k++) {
        let sum = 0;
        for (let j = 0; j < SUPERSAMPLING; j++) {
          const row = (y * SUPERSAMPLING + j) * canvas.width + x * SUPERSAMPLING;
          for (let i = 0; i < SUPERSAMPLING; i++) sum += canvas.colour[(row + i) * 3 + channel] ?? 0;
        }
        const grain = sigma > 0 ? sigma * gaussian(random) : 0;
        data[k] = Math.min(Math.max(Math.round(sum * share + grain), 0), 255);
      }
    }
  }
  return { width, height, data };
}

/** Standard normal number (Box-Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
