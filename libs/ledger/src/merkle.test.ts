import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { EMPTY_ROOT, hashLeaf, hashNode, merkleRoot, merkleRootOf, splitPoint, type Hash } from './merkle.js';
import { proveConsistency, proveInclusion, rangeHash, verifyConsistency, verifyInclusion } from './proof.js';

// Test vectors of the Certificate Transparency project (merkletree reference data, RFC 6962).
const CT_ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const CT_INCLUSION_5_OF_8 = [
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];
const CT_CONSISTENCY_6_TO_8 = [
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];

/** RFC 6962 §2.1 word for word: the oracle. */
function rootByDefinition(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (only === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return only;
  const k = splitPoint(leaves.length);
  return hashNode(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)));
}

const leavesOf = (count: number): Hash[] =>
  Array.from({ length: count }, (_, i) => hashLeaf(Uint8Array.of(i >> 8, i & 255)));
const readerOf =
  (leaves: readonly Hash[]) =>
  (level: number, index: number): Promise<Hash> =>
    Promise.resolve(rootByDefinition(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));
const flip = (hash: Hash): Hash => hash.map((byte, i) => (i === 5 ? byte ^ 0x10 : byte));

describe('RFC 6962 hashing', () => {
  it('gives the roots of the Certificate Transparency vectors', () => {
    CT_ROOTS.forEach((root, i) => {
      expect(bytesToHex(merkleRootOf(CT_ENTRIES.slice(0, i + 1).map(hexToBytes)))).toBe(root);
    });
    expect(bytesToHex(merkleRoot([]))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('makes the proofs of the Certificate Transparency vectors', async () => {
    const readNode = readerOf(CT_ENTRIES.map((entry) => hashLeaf(hexToBytes(entry))));
    expect((await proveInclusion(readNode, 5, 8)).map(bytesToHex)).toEqual(CT_INCLUSION_5_OF_8);
    expect((await proveConsistency(readNode, 6, 8)).map(bytesToHex)).toEqual(CT_CONSISTENCY_6_TO_8);
  });

  it('agrees with the definition for every size up to 300', () => {
    const leaves = leavesOf(300);
    for (let size = 0; size <= 300; size += 1) {
      expect(merkleRoot(leaves.slice(0, size))).toEqual(rootByDefinition(leaves.slice(0, size)));
    }
  });
});

describe('inclusion proofs', () => {
  it('verify at every size up to 300, and fail when anything is changed', async () => {
    const leaves = leavesOf(300);
    // Complete subtrees are memoised: the whole square of sizes and leaves stays affordable.
    const readNode = memoised(leaves);
    for (let size = 1; size <= 300; size += 1) {
      const root = await rangeHash(readNode, 0, size);
      for (const index of indexesFor(size)) {
        const proof = await proveInclusion(readNode, index, size);
        const claim = { leafHash: at(leaves, index), index, size, proof, root };
        verifyInclusion(claim);
        expectRefused(() => {
          verifyInclusion({ ...claim, leafHash: flip(claim.leafHash) });
        });
        expectRefused(() => {
          verifyInclusion({ ...claim, root: flip(root) });
        });
        expectRefused(() => {
          verifyInclusion({ ...claim, proof: [...proof, root] });
        });
        expectRefused(() => {
          verifyInclusion({ ...claim, index: (index + 1) % size, size: Math.max(size, 2) });
        }, size > 1);
        if (proof.length > 0) {
          expectRefused(() => {
            verifyInclusion({ ...claim, proof: proof.slice(1) });
          });
          const broken = proof.with(index % proof.length, flip(at(proof, index % proof.length)));
          expectRefused(() => {
            verifyInclusion({ ...claim, proof: broken });
          });
        }
      }
    }
  });

  it('refuses indexes and sizes out of range', () => {
    const claim = { leafHash: EMPTY_ROOT, proof: [], root: EMPTY_ROOT };
    for (const [index, size] of [
      [0, 0],
      [-1, 2],
      [2, 2],
      [0.5, 2],
      [0, Number.NaN],
      [0, 2 ** 60],
    ] as const) {
      expect(() => {
        verifyInclusion({ ...claim, index, size });
      }).toThrow(/out of range/);
    }
  });
});

describe('consistency proofs', () => {
  it('verify between all pairs of sizes up to 64 and chosen ones up to 300, and fail when anything is changed', async () => {
    const readNode = memoised(leavesOf(300));
    for (let second = 1; second <= 300; second += 1) {
      const secondRoot = await rangeHash(readNode, 0, second);
      for (const first of second <= 64 ? range(second + 1) : indexesFor(second)) {
        const firstRoot = first === 0 ? EMPTY_ROOT : await rangeHash(readNode, 0, first);
        const proof = await proveConsistency(readNode, first, second);
        const claim = { first, second, firstRoot, secondRoot, proof };
        verifyConsistency(claim);
        if (first === 0) continue;
        expectRefused(() => {
          verifyConsistency({ ...claim, firstRoot: flip(firstRoot) });
        });
        expectRefused(() => {
          verifyConsistency({ ...claim, secondRoot: flip(secondRoot) });
        });
        expectRefused(() => {
          verifyConsistency({ ...claim, proof: [...proof, secondRoot] });
        });
        if (proof.length > 0)
          expectRefused(() => {
            verifyConsistency({ ...claim, proof: proof.slice(0, -1) });
          });
      }
    }
  });

  it('refuses a log that shrank', () => {
    expect(() => {
      verifyConsistency({ first: 3, second: 2, firstRoot: EMPTY_ROOT, secondRoot: EMPTY_ROOT, proof: [] });
    }).toThrow(/out of range/);
  });
});

function memoised(leaves: readonly Hash[]): (level: number, index: number) => Promise<Hash> {
  const cache = new Map<string, Promise<Hash>>();
  const read = readerOf(leaves);
  return (level, index) => {
    const key = `${String(level)}/${String(index)}`;
    const value = cache.get(key) ?? read(level, index);
    cache.set(key, value);
    return value;
  };
}

/** All leaves of small trees; of larger ones both ends, the middle and the places around powers of two. */
function indexesFor(size: number): number[] {
  if (size <= 40) return range(size);
  const chosen = [
    0,
    1,
    splitPoint(size) - 1,
    splitPoint(size),
    (size * 3) >> 2,
    size - 2,
    size - 1,
    size % 37,
  ];
  return [...new Set(chosen)].filter((index) => index < size);
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`no value at ${String(index)}`);
  return value;
}

function expectRefused(check: () => void, applies = true): void {
  if (!applies) return;
  let refused = false;
  try {
    check();
  } catch {
    refused = true;
  }
  if (!refused) expect.unreachable('a changed proof was accepted');
}
