import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry } from '@guise/protocol';
import {
  contractEnhancer,
  contractIdentity,
  contractLandmarker,
  contractSwapper,
} from './contract-graphs.js';

/** Where the points of the contract landmarker are, in its crop of 192: 478 × (x, y, z). */
export const CONTRACT_POINTS = Float32Array.from({ length: 478 * 3 }, (_, i) => (i * 7) % 192);

const HEAD = [1, 3, 512, 512];
const CROP = [1, 3, 128, 128];

const CONTRACTS = {
  swapper: {
    make: contractSwapper,
    inputs: { target: CROP, source: [1, 512] },
    outputs: { output: CROP },
  },
  'swapper-identity': {
    make: contractIdentity,
    inputs: { input: [1, 3, 112, 112] },
    outputs: { embedding: [1, 512] },
  },
  enhancer: { make: contractEnhancer, inputs: { input: HEAD }, outputs: { output: HEAD } },
  landmarker: {
    make: () => contractLandmarker(CONTRACT_POINTS),
    inputs: { input: [1, 192, 192, 3] },
    outputs: { landmarks: [1, 478, 3], score: [1, 1] },
  },
} as const;
export type ContractRole = keyof typeof CONTRACTS;

/** A manifest of a user's own in this folder, with the contract graphs of these roles beside it. `change` is made to every entry. */
export async function writeContractManifest(
  folder: string,
  roles: readonly ContractRole[],
  change: Partial<ModelEntry> = {},
): Promise<{ readonly manifestPath: string; readonly models: readonly ModelEntry[] }> {
  const models = await Promise.all(
    roles.map(async (role): Promise<ModelEntry> => {
      const bytes = CONTRACTS[role].make();
      const file = `contract-${role}.onnx`;
      await writeFile(join(folder, file), bytes);
      return { ...entryOf(role, file, bytes), ...change };
    }),
  );
  const manifestPath = join(folder, `${roles.join('-')}.json`);
  await writeFile(manifestPath, JSON.stringify({ format: 'guise-models/1', models, media: [] }));
  return { manifestPath, models };
}

function entryOf(role: ContractRole, file: string, bytes: Uint8Array): ModelEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { inputs, outputs } = CONTRACTS[role];
  return {
    ...{ role, title: `contract test graph, not a ${role}`, file, sha256, bytes: bytes.length },
    source: {
      ...{ package: 'guise-contract-graphs', version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==` },
      ...{ file, sha256 },
    },
    ...({ converter: 'none', licence: 'Apache-2.0', licenceClass: 'permissive' } as const),
    ...({ trainingData: 'described', trainingDataNote: 'not trained', credit: 'Guise' } as const),
    ...{ inputs: tensorsOf(inputs), outputs: tensorsOf(outputs) },
  };
}

const tensorsOf = (shapes: Readonly<Record<string, readonly number[]>>): ModelEntry['inputs'] =>
  Object.entries(shapes).map(([name, shape]) => ({ name, shape: [...shape], meaning: 'see the contract' }));
