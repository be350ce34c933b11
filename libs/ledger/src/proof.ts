import { equalBytes } from './bytes.js';
import { LedgerError } from './errors.js';
import { HASH_BYTES, hashNode, splitPoint, type Hash } from './merkle.js';

/** Reads the hash of the complete subtree of 2^level leaves that starts at leaf `index` · 2^level. */
export type ReadNode = (level: number, index: number) => Promise<Hash>;

/** Upper bound of a proof's length: a tree of 2^53 leaves is 53 levels high. */
const MAX_PROOF_HASHES = 64;

/** Hash of the leaves `start` ≤ i < `end`, where `start` is a multiple of the power of two that covers the range. */
export async function rangeHash(readNode: ReadNode, start: number, end: number): Promise<Hash> {
  const length = end - start;
  const level = Math.log2(length);
  if (Number.isInteger(level)) return readNode(level, start / length);
  const middle = start + splitPoint(length);
  return hashNode(await rangeHash(readNode, start, middle), await rangeHash(readNode, middle, end));
}

/**
 * Inclusion proof of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1), leaf side first.
 * @throws LedgerError `proof-range`
 */
export async function proveInclusion(readNode: ReadNode, index: number, size: number): Promise<Hash[]> {
  requireRange(Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size);
  const path: Hash[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(await rangeHash(readNode, middle, end));
      end = middle;
    } else {
      path.push(await rangeHash(readNode, start, middle));
      start = middle;
    }
  }
  return path.reverse();
}

/**
 * Consistency proof between the trees of `first` and `second` leaves (RFC 6962 §2.1.2).
 * Empty when the sizes are equal or `first` is 0.
 * @throws LedgerError `proof-range`
 */
export async function proveConsistency(readNode: ReadNode, first: number, second: number): Promise<Hash[]> {
  requireRange(Number.isSafeInteger(second) && Number.isSafeInteger(first) && first >= 0 && first <= second);
  if (first === 0 || first === second) return [];
  const path: Hash[] = [];
  let [start, end] = [0, second];
  while (end !== first) {
    const middle = start + splitPoint(end - start);
    if (first <= middle) {
      path.push(await rangeHash(readNode, middle, end));
      end = middle;
    } else {
      path.push(await rangeHash(readNode, start, middle));
      start = middle;
    }
  }
  if (start > 0) path.push(await rangeHash(readNode, start, end));
  return path.reverse();
}

/**
 * Checks that a leaf hash stands at `index` of the tree with this size and root (RFC 9162 §2.1.3.2).
 * @throws LedgerError `proof-invalid`, `proof-range`
 */
export function verifyInclusion(claim: {
  readonly leafHash: Hash;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Hash[];
  readonly root: Hash;
}): void {
  const { index, size, proof, root } = claim;
  requireRange(Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size);
  requireHashes(proof);
  let [node, last, hash] = [index, size - 1, claim.leafHash];
  for (const sibling of proof) {
    if (last === 0) throw invalid('is longer than the path');
    if (isOdd(node) || node === last) {
      hash = hashNode(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw invalid('is shorter than the path');
  if (!equalBytes(hash, root)) throw invalid('does not lead to the root');
}

/**
 * Checks that the second tree holds the first as its beginning (RFC 9162 §2.1.4.2).
 * @throws LedgerError `proof-invalid`, `proof-range`
 */
export function verifyConsistency(claim: {
  readonly first: number;
  readonly second: number;
  readonly firstRoot: Hash;
  readonly secondRoot: Hash;
  readonly proof: readonly Hash[];
}): void {
  const { first, second, firstRoot, secondRoot, proof } = claim;
  requireRange(Number.isSafeInteger(second) && Number.isSafeInteger(first) && first >= 0 && first <= second);
  requireHashes(proof);
  if (first === 0 || first === second) {
    if (proof.length > 0) throw invalid('should be empty');
    if (first === second && !equalBytes(firstRoot, secondRoot)) throw invalid('has two roots for one size');
    return;
  }
  const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : proof;
  const [seed, ...rest] = path;
  if (seed === undefined) throw invalid('is empty');
  let [node, last] = [first - 1, second - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [firstHash, secondHash] = [seed, seed];
  for (const sibling of rest) {
    if (last === 0) throw invalid('is longer than the path');
    if (isOdd(node) || node === last) {
      [firstHash, secondHash] = [hashNode(sibling, firstHash), hashNode(sibling, secondHash)];
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      secondHash = hashNode(secondHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) throw invalid('is shorter than the path');
  if (!equalBytes(firstHash, firstRoot)) throw invalid('does not lead to the first root');
  if (!equalBytes(secondHash, secondRoot)) throw invalid('does not lead to the second root');
}

// Sizes go beyond 32 bits, so no bit operators.
const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);
const invalid = (why: string): LedgerError => new LedgerError('proof-invalid', `the proof ${why}`);

function requireRange(condition: boolean): void {
  if (!condition) throw new LedgerError('proof-range', 'leaf index or tree size is out of range');
}

function requireHashes(proof: readonly Hash[]): void {
  if (proof.length > MAX_PROOF_HASHES || proof.some((hash) => hash.length !== HASH_BYTES)) {
    throw invalid('holds too many values or one that is no hash');
  }
}
