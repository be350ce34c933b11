import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import sharp from 'sharp';

/** What a triangle is made of. */
export type Material = 'skin' | 'left-eye' | 'right-eye' | 'teeth' | 'tongue' | 'shirt';

export interface Triangle {
  /** Vertex indices. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Texture coordinate indices. */
  readonly ta: number;
  readonly tb: number;
  readonly tc: number;
  readonly material: Material;
}

export interface Texture {
  readonly width: number;
  readonly height: number;
  /** RGB, 8 bits. */
  readonly data: Uint8Array;
}

/** MakeHuman's base mesh (decimetres; x to the subject's left, y up, z forward) with its morph targets and skins. */
export interface HumanBody {
  readonly vertexCount: number;
  readonly triangles: readonly Triangle[];
  /** u, v per texture coordinate, origin bottom left. */
  readonly textureCoordinates: Float32Array;
  /** Names of all morphs, without folder prefix and suffix. */
  readonly morphs: readonly string[];
  /** Vertices under the weighted sum of morphs. */
  shape(weights: ReadonlyMap<string, number>): Promise<Float32Array>;
  skin(name: string): Promise<Texture>;
}

/** Parts of the base mesh that are drawn; the rest are guides for clothes and joints. */
const MATERIALS: ReadonlyMap<string, Material> = new Map([
  ['body', 'skin'],
  ['helper-l-eye', 'left-eye'],
  ['helper-r-eye', 'right-eye'],
  ['helper-upper-teeth', 'teeth'],
  ['helper-lower-teeth', 'teeth'],
  ['helper-tongue', 'tongue'],
  ['helper-tights', 'shirt'],
]);

/** A face in three.js JSON 3.1 with quads, material and texture coordinates: type, 4 vertices, material, 4 uv. */
const FACE_STRIDE = 10;
const MORPH_UNIT = 1e-3;

interface BaseMesh {
  readonly vertices: readonly number[];
  readonly faces: readonly number[];
  readonly uvs: readonly (readonly number[])[];
  readonly materials: readonly { readonly DbgName: string }[];
}

export async function openHumanBody(packageDir: string): Promise<HumanBody> {
  const data = join(packageDir, 'public', 'data');
  const mesh = JSON.parse(await readFile(join(data, 'models', 'human_full_size.json'), 'utf8')) as BaseMesh;
  const list = JSON.parse(
    await readFile(join(packageDir, 'src', 'json', 'targets', 'target-list.json'), 'utf8'),
  ) as { targets: Record<string, unknown> };
  const files = Object.keys(list.targets).sort();
  const morphs = files.map((file) => file.replace('data/targets/', '').replace('.target', ''));
  const base = Float32Array.from(mesh.vertices);
  const morph = morphReader(join(data, 'targets', 'targets.bin'), morphs, base.length);
  const skins = new Map<string, Promise<Texture>>();
  return {
    vertexCount: base.length / 3,
    triangles: readTriangles(mesh),
    textureCoordinates: Float32Array.from(mesh.uvs[0] ?? []),
    morphs,
    async shape(weights) {
      const vertices = base.slice();
      for (const [name, weight] of weights) {
        if (weight === 0) continue;
        const offsets = await morph(name);
        for (let i = 0; i < vertices.length; i++) {
          vertices[i] = (vertices[i] ?? 0) + (offsets[i] ?? 0) * MORPH_UNIT * weight;
        }
      }
      return vertices;
    },
    skin(name) {
      const loading = skins.get(name) ?? readSkin(join(data, 'skins', name), name);
      skins.set(name, loading);
      return loading;
    },
  };
}

function readTriangles({ faces, materials }: BaseMesh): Triangle[] {
  const triangles: Triangle[] = [];
  for (let i = 0; i + FACE_STRIDE <= faces.length; i += FACE_STRIDE) {
    const material = MATERIALS.get(materials[faces[i + 5] ?? -1]?.DbgName ?? '');
    if (!material) continue;
    const [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = faces.slice(i + 1, i + 5);
    const [t0 = 0, t1 = 0, t2 = 0, t3 = 0] = faces.slice(i + 6, i + 10);
    triangles.push({ a: v0, b: v1, c: v2, ta: t0, tb: t1, tc: t2, material });
    triangles.push({ a: v0, b: v2, c: v3, ta: t0, tb: t2, tc: t3, material });
  }
  return triangles;
}

/** Morphs lie one after another as int16 offsets of all vertices. */
function morphReader(
  file: string,
  names: readonly string[],
  values: number,
): (name: string) => Promise<Int16Array> {
  const read = new Map<string, Promise<Int16Array>>();
  return (name) => {
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`MakeHuman has no morph ${name}.`);
    const loading = read.get(name) ?? readMorph(file, index, values);
    read.set(name, loading);
    return loading;
  };
}

async function readMorph(file: string, index: number, values: number): Promise<Int16Array> {
  const offsets = new Int16Array(values);
  const handle = await open(file);
  try {
    await handle.read(new Uint8Array(offsets.buffer), 0, offsets.byteLength, index * offsets.byteLength);
  } finally {
    await handle.close();
  }
  return offsets;
}

async function readSkin(folder: string, name: string): Promise<Texture> {
  const { mapDiffuse } = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as {
    mapDiffuse: string;
  };
  const picture = sharp(join(folder, mapDiffuse)).removeAlpha().raw();
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
