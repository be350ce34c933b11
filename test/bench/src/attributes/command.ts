import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { RgbImage } from '@guise/frame';
import {
  createVision,
  FACE_ATTRIBUTES,
  findAttributes,
  measureAttributes,
  type AttributeFinding,
  type FaceAttribute,
  type Vision,
} from '@guise/vision';
import {
  BEARDS,
  drawAttributes,
  GLASSES,
  type DrawnAttributes,
} from '../../../../tools/synthetic-faces/dist/index.js';
import { openRegistry } from '../material.js';
import { rounded } from '../watermark/statistics.js';
import { actorFaces, drawnFaces, folderFaces, frameOf, sampleFaces, type FaceSet } from './faces.js';

export const ATTRIBUTES_USAGE = `attributes  [--json FILE] [--faces FOLDER]
           how many glasses and beards are found, and how many are seen on bare faces: actors, drawn characters and the sample
           media, bare and with glasses and beards drawn on; pictures of bare faces of one's own from a folder. About five minutes.`;

/** Faces smaller or turned further than this make no avatar that anybody should wear. */
const LEAST_FACE_PX = 60;
const MOST_YAW_DEG = 25;

interface Tally {
  readonly set: string;
  /** What was drawn: `bare`, or a kind of glasses or beard. */
  readonly drawn: string;
  readonly faces: number;
  /** Of each attribute: faces on which it was found clearly, and possibly. */
  readonly found: Readonly<Record<FaceAttribute, { readonly clear: number; readonly possible: number }>>;
  /** The strongest of each on any face. */
  readonly strongest: Readonly<Record<FaceAttribute, number>>;
}

interface Seen {
  readonly drawn: string;
  readonly findings: readonly AttributeFinding[];
  readonly strengths: Readonly<Record<FaceAttribute, number>>;
}

const WISHES: readonly (readonly [drawn: string, wish: Omit<DrawnAttributes, 'seed'> | null])[] = [
  ['bare', null],
  ...GLASSES.map((glasses) => [`${glasses} glasses`, { glasses }] as const),
  ...BEARDS.map((beard) => [beard === 'stubble' ? beard : `beard: ${beard}`, { beard }] as const),
];

export async function attributesCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'string' }, faces: { type: 'string' } },
  });
  const vision = await createVision({ registry: await openRegistry() });
  try {
    const own = values.faces === undefined ? [] : [await folderFaces(values.faces)];
    const sets = [await actorFaces(), await drawnFaces(), await sampleFaces(), ...own];
    const tallies: Tally[] = [];
    for (const set of sets) tallies.push(...(await tallySet(vision, set)));
    console.log(format(tallies));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(tallies, null, 2)}\n`);
    return 0;
  } finally {
    await vision.close();
  }
}

async function tallySet(vision: Vision, { name, pictures }: FaceSet): Promise<readonly Tally[]> {
  const seen: Seen[] = [];
  for (const [k, picture] of pictures.entries()) seen.push(...(await lookAt(vision, picture, 7 * k + 1)));
  return WISHES.map(([drawn]) =>
    tallyOf(
      name,
      drawn,
      seen.filter((one) => one.drawn === drawn),
    ),
  );
}

/** Every face of a picture, bare and with each thing drawn on; meshes are found anew each time. */
async function lookAt(vision: Vision, picture: RgbImage, seed: number): Promise<readonly Seen[]> {
  const faces = (await vision.detectFaces(frameOf(picture))).filter(
    ({ box, pose }) => box.width >= LEAST_FACE_PX && Math.abs(pose.yawDeg) <= MOST_YAW_DEG,
  );
  const seen: Seen[] = [];
  for (const { landmarks, box } of faces)
    for (const [k, [drawn, wish]] of WISHES.entries()) {
      const face =
        wish === null ? picture : await drawAttributes(picture, landmarks, { ...wish, seed: seed + k });
      const frame = frameOf(face);
      const middle = box.x + box.width / 2;
      const again = (await vision.detectFaces(frame)).find(
        (other) => other.box.x < middle && middle < other.box.x + other.box.width,
      );
      if (again === undefined) continue;
      seen.push({
        drawn,
        findings: findAttributes(frame, again.landmarks),
        strengths: measureAttributes(frame, again.landmarks),
      });
    }
  return seen;
}

function tallyOf(set: string, drawn: string, seen: readonly Seen[]): Tally {
  const count = (attribute: FaceAttribute, certainty: AttributeFinding['certainty']): number =>
    seen.filter(({ findings }) =>
      findings.some((finding) => finding.attribute === attribute && finding.certainty === certainty),
    ).length;
  const each = <T>(of: (attribute: FaceAttribute) => T): Record<FaceAttribute, T> => ({
    glasses: of('glasses'),
    beard: of('beard'),
  });
  return {
    ...{ set, drawn, faces: seen.length },
    found: each((attribute) => ({
      clear: count(attribute, 'clear'),
      possible: count(attribute, 'possible'),
    })),
    strongest: each((attribute) =>
      rounded(Math.max(...seen.map(({ strengths }) => strengths[attribute])), 2),
    ),
  };
}

function format(tallies: readonly Tally[]): string {
  const head = [
    'set',
    'drawn',
    'faces',
    'glasses: clear + possible (most)',
    'beard: clear + possible (most)',
  ];
  const rows = tallies.map(({ set, drawn, faces, found, strongest }) => [
    set,
    drawn,
    String(faces),
    ...FACE_ATTRIBUTES.map((attribute) => {
      const { clear, possible } = found[attribute];
      return `${clear} + ${possible} (${strongest[attribute]})`;
    }),
  ]);
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
