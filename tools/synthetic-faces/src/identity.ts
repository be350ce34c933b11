import type { HumanBody } from './human-body.js';

export type Rgb = readonly [red: number, green: number, blue: number];

export interface IdentityKind {
  readonly sex: 'male' | 'female';
  readonly age: 'young' | 'middleage' | 'old';
  readonly ancestry: 'african' | 'asian' | 'caucasian';
}

/** A made-up person: nobody's likeness, the same for the same seed and kind. */
export interface Identity {
  readonly seed: number;
  readonly kind: IdentityKind;
  /** Morph weights of face and body. */
  readonly morphs: ReadonlyMap<string, number>;
  readonly skin: string;
  readonly iris: Rgb;
  readonly hair: Rgb;
  readonly shirt: Rgb;
}

const FACE_MORPHS = /^(head|nose|chin|mouth|eyes|cheek|forehead|eyebrows)\//;
const FACE_MORPH_COUNT = 30;
const IRISES: readonly Rgb[] = [
  [70, 50, 35],
  [60, 90, 120],
  [80, 100, 60],
  [45, 32, 25],
];
const HAIRS: readonly Rgb[] = [
  [40, 28, 20],
  [25, 20, 18],
  [110, 80, 45],
  [90, 50, 25],
  [130, 130, 130],
];
const SHIRTS: readonly Rgb[] = [
  [44, 62, 92],
  [120, 40, 46],
  [52, 88, 70],
  [70, 70, 78],
];

/** MakeHuman shapes two adult ages; those between are mixed. */
const AGE_STAGES = {
  young: [['young', 1]],
  middleage: [
    ['young', 0.5],
    ['old', 0.5],
  ],
  old: [['old', 1]],
} as const;

/** Uniform numbers in [0, 1) from a seed (xorshift32). */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(seed + 1, 2654435761) >>> 0 || 1;
  const next = (): number => {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) next();
  return next;
}

export function createIdentity(body: Pick<HumanBody, 'morphs'>, seed: number, kind: IdentityKind): Identity {
  const random = seededRandom(seed);
  const { sex, age, ancestry } = kind;
  const morphs = new Map<string, number>();
  for (const [stage, weight] of AGE_STAGES[age]) {
    morphs.set(`macrodetails/${ancestry}-${sex}-${stage}`, weight);
    morphs.set(`macrodetails/universal-${sex}-${stage}-averagemuscle-averageweight`, weight);
  }
  const pool = body.morphs.filter((name) => FACE_MORPHS.test(name) && !name.includes('ears'));
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  for (let k = 0; k < FACE_MORPH_COUNT; k++) {
    const name = pick(pool);
    if (name !== undefined) morphs.set(name, 0.1 + 0.5 * random());
  }
  return {
    seed,
    kind,
    morphs,
    skin: `${age}_${ancestry}_${sex}`,
    iris: pick(IRISES) ?? [70, 50, 35],
    hair: pick(HAIRS) ?? [40, 28, 20],
    shirt: pick(SHIRTS) ?? [70, 70, 78],
  };
}
