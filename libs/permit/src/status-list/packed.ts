/** Bits that one status takes (draft-ietf-oauth-status-list §4.1). */
export type StatusBits = 1 | 2 | 4 | 8;

/** Statuses packed from the least significant bit of each byte on, as §4.1 lays them out. */
export interface PackedStatuses {
  readonly bits: StatusBits;
  readonly bytes: Uint8Array;
}

/**
 * Packs statuses; indexes that are not named are 0.
 * @param size number of entries; filled up to whole bytes with zeros
 * @throws RangeError for an index outside the list, or a status that does not fit
 */
export function packStatuses(
  size: number,
  entries: Iterable<readonly [index: number, status: number]>,
  bits: StatusBits,
): PackedStatuses {
  const bytes = new Uint8Array(Math.ceil((size * bits) / 8));
  for (const [index, status] of entries) {
    requireIndex(index, size);
    if (!Number.isInteger(status) || status < 0 || status >= 2 ** bits) {
      throw new RangeError(`status ${String(status)} does not fit ${String(bits)} bits`);
    }
    const { at, shift, mask } = placeOf(index, bits);
    bytes[at] = ((bytes[at] ?? 0) & ~(mask << shift)) | (status << shift);
  }
  return { bits, bytes };
}

/** @throws RangeError for an index outside the list */
export function readStatus({ bits, bytes }: PackedStatuses, index: number): number {
  requireIndex(index, (bytes.length * 8) / bits);
  const { at, shift, mask } = placeOf(index, bits);
  return ((bytes[at] ?? 0) >> shift) & mask;
}

function placeOf(index: number, bits: StatusBits) {
  const bit = index * bits;
  return { at: Math.floor(bit / 8), shift: bit % 8, mask: 2 ** bits - 1 };
}

function requireIndex(index: number, size: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`index ${String(index)} is outside a list of ${String(size)}`);
  }
}
