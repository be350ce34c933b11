import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from './bytes.js';

/** A SHA-256 value: 32 bytes. */
export type Hash = Uint8Array;
export const HASH_BYTES = 32;

// RFC 6962 §2.1: the prefixes keep a leaf from being passed off as a node.
const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/** Root of the tree without leaves: SHA-256 of the empty string (RFC 6962 §2.1). */
export const EMPTY_ROOT: Hash = sha256(new Uint8Array(0));

/** Leaf hash of one log entry: SHA-256(0x00 ‖ entry). */
export function hashLeaf(entry: Uint8Array): Hash {
  return sha256(concatBytes(LEAF_PREFIX, entry));
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function hashNode(left: Hash, right: Hash): Hash {
  return sha256(concatBytes(NODE_PREFIX, left, right));
}

/** Largest power of two smaller than `size` (size ≥ 2): where RFC 6962 splits a tree. */
export function splitPoint(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/**
 * Merkle tree hash over leaf hashes (see {@link hashLeaf}), in order.
 * Subtrees wait on a stack, as the carries of a binary counter, until their right brother arrives.
 */
export function merkleRoot(leafHashes: readonly Hash[]): Hash {
  const stack: Hash[] = [];
  leafHashes.forEach((leaf, i) => {
    let node = leaf;
    for (let carry = i; carry % 2 === 1; carry = Math.floor(carry / 2))
      node = hashNode(stack.pop() ?? node, node);
    stack.push(node);
  });
  const last = stack.pop();
  if (last === undefined) return EMPTY_ROOT;
  return stack.reduceRight((right, left) => hashNode(left, right), last);
}

/** Merkle tree hash over entries: {@link merkleRoot} of their leaf hashes. */
export function merkleRootOf(entries: readonly Uint8Array[]): Hash {
  return merkleRoot(entries.map(hashLeaf));
}
