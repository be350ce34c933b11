import type { HumanBody } from './human-body.js';
import type { Shader, SurfaceColour, SurfacePoint } from './shading.js';

/** Colour and depth of a picture under construction; mutable, shared by all people in it. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** RGB, linear in 8-bit units. */
  readonly colour: Float32Array;
  /** cm; Infinity where nothing was drawn. */
  readonly depth: Float32Array;
}

export function createCanvas(width: number, height: number): Canvas {
  return {
    width,
    height,
    colour: new Float32Array(width * height * 3),
    depth: new Float32Array(width * height).fill(Infinity),
  };
}

/** Light of the scene; the direction points from the face to the lamp in camera space. */
export interface Light {
  readonly direction: readonly [x: number, y: number, z: number];
  readonly ambient: number;
  /** Overall brightness. */
  readonly strength: number;
}

export interface DrawnBody {
  readonly body: HumanBody;
  /** Rest position (MakeHuman axes). */
  readonly rest: Float32Array;
  /** Camera-space position, cm. */
  readonly placed: Float32Array;
  readonly shader: Shader;
}

/** Nearer than this nothing is drawn (cm). */
const NEAR = 5;

/** Draws one body with per-pixel light (Lambert and Blinn-Phong) and hidden surfaces removed. */
export function drawBody(canvas: Canvas, drawn: DrawnBody, focalPx: number, light: Light): void {
  const normals = vertexNormals(drawn);
  const shade = lightModel(light);
  const point: SurfacePoint = { material: 'skin', x: 0, y: 0, z: 0, u: 0, v: 0 };
  const colour: SurfaceColour = { r: 0, g: 0, b: 0, gloss: 0, glossPower: 1 };
  const { body, rest, placed, shader } = drawn;
  const uv = body.textureCoordinates;
  const [cx, cy] = [canvas.width / 2, canvas.height / 2];
  for (const triangle of body.triangles) {
    const { a, b, c, ta, tb, tc, material } = triangle;
    const [za = 0, zb = 0, zc = 0] = [placed[3 * a + 2], placed[3 * b + 2], placed[3 * c + 2]];
    if (Math.min(za, zb, zc) < NEAR) continue;
    const xa = cx + (focalPx * (placed[3 * a] ?? 0)) / za;
    const ya = cy + (focalPx * (placed[3 * a + 1] ?? 0)) / za;
    const xb = cx + (focalPx * (placed[3 * b] ?? 0)) / zb;
    const yb = cy + (focalPx * (placed[3 * b + 1] ?? 0)) / zb;
    const xc = cx + (focalPx * (placed[3 * c] ?? 0)) / zc;
    const yc = cy + (focalPx * (placed[3 * c + 1] ?? 0)) / zc;
    const area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya);
    if (Math.abs(area) < 1e-9) continue;
    point.material = material;
    const left = Math.max(0, Math.floor(Math.min(xa, xb, xc)));
    const right = Math.min(canvas.width - 1, Math.ceil(Math.max(xa, xb, xc)));
    const top = Math.max(0, Math.floor(Math.min(ya, yb, yc)));
    const bottom = Math.min(canvas.height - 1, Math.ceil(Math.max(ya, yb, yc)));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const [px, py] = [x + 0.5, y + 0.5];
        const wb = ((px - xa) * (yc - ya) - (xc - xa) * (py - ya)) / area;
        const wc = ((xb - xa) * (py - ya) - (px - xa) * (yb - ya)) / area;
        const wa = 1 - wb - wc;
        if (wa < -1e-4 || wb < -1e-4 || wc < -1e-4) continue;
        const depth = 1 / (wa / za + wb / zb + wc / zc);
        const pixel = y * canvas.width + x;
        if (depth >= (canvas.depth[pixel] ?? 0)) continue;
        canvas.depth[pixel] = depth;
        // Perspective-correct weights.
        const [p, q, r] = [(wa / za) * depth, (wb / zb) * depth, (wc / zc) * depth];
        const mix = (from: Float32Array, i: number, j: number, k: number): number =>
          p * (from[i] ?? 0) + q * (from[j] ?? 0) + r * (from[k] ?? 0);
        point.x = mix(rest, 3 * a, 3 * b, 3 * c);
        point.y = mix(rest, 3 * a + 1, 3 * b + 1, 3 * c + 1);
        point.z = mix(rest, 3 * a + 2, 3 * b + 2, 3 * c + 2);
        point.u = mix(uv, 2 * ta, 2 * tb, 2 * tc);
        point.v = mix(uv, 2 * ta + 1, 2 * tb + 1, 2 * tc + 1);
        shader(point, colour);
        shade(
          canvas.colour,
          pixel * 3,
          colour,
          mix(normals, 3 * a, 3 * b, 3 * c),
          mix(normals, 3 * a + 1, 3 * b + 1, 3 * c + 1),
          mix(normals, 3 * a + 2, 3 * b + 2, 3 * c + 2),
        );
      }
    }
  }
}

/** Unit normals in camera space, facing outwards. */
function vertexNormals({ body, placed }: DrawnBody): Float32Array {
  const normals = new Float32Array(placed.length);
  const at = (index: number): number => placed[index] ?? 0;
  for (const { a, b, c } of body.triangles) {
    const [i, j, k] = [3 * a, 3 * b, 3 * c];
    const [ux, uy, uz] = [at(j) - at(i), at(j + 1) - at(i + 1), at(j + 2) - at(i + 2)];
    const [vx, vy, vz] = [at(k) - at(i), at(k + 1) - at(i + 1), at(k + 2) - at(i + 2)];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const vertex of [i, j, k]) {
      normal.forEach((value, axis) => (normals[vertex + axis] = (normals[vertex + axis] ?? 0) + value));
    }
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i] ?? 0, normals[i + 1] ?? 0, normals[i + 2] ?? 0) || 1;
    for (let axis = i; axis < i + 3; axis++) normals[axis] = (normals[axis] ?? 0) / length;
  }
  return normals;
}

function lightModel({ direction, ambient, strength }: Light) {
  const length = Math.hypot(...direction);
  const [lx, ly, lz] = [direction[0] / length, direction[1] / length, direction[2] / length];
  // Half way between the lamp and the camera, which looks along +z.
  const half = Math.hypot(lx, ly, lz - 1);
  const [hx, hy, hz] = [lx / half, ly / half, (lz - 1) / half];
  return (
    out: Float32Array,
    at: number,
    surface: SurfaceColour,
    nx: number,
    ny: number,
    nz: number,
  ): void => {
    const diffuse = Math.max(0, nx * lx + ny * ly + nz * lz);
    const shine =
      surface.gloss * Math.pow(Math.max(0, nx * hx + ny * hy + nz * hz), surface.glossPower) * 255;
    const level = strength * (ambient * (0.8 - 0.2 * ny) + (1.15 - ambient) * diffuse);
    out[at] = surface.r * level + shine * strength;
    out[at + 1] = surface.g * level + shine * strength;
    out[at + 2] = surface.b * level + shine * strength;
  };
}
