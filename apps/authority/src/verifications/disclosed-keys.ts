import { deriveEarlierKey } from 'invisible-watermark-ts';

/** Keys of the epochs up to the latest disclosed one. */
export interface DisclosedKeys {
  /** Null while the epoch's key is secret. */
  keyOf(epoch: number): Uint8Array | null;
}

/** Derives earlier keys step by step as they are asked for; each step is made once. */
export function discloseKeys(
  disclosed: { readonly epoch: number; readonly key: Uint8Array } | null,
): DisclosedKeys {
  if (disclosed === null) return { keyOf: () => null };
  const keys = new Map([[disclosed.epoch, disclosed.key]]);
  let earliest = disclosed;
  return {
    keyOf(epoch) {
      if (epoch < 0 || epoch > disclosed.epoch) return null;
      while (earliest.epoch > epoch) {
        const before = earliest.epoch - 1;
        earliest = { epoch: before, key: deriveEarlierKey(earliest.key, earliest.epoch, before) };
        keys.set(before, earliest.key);
      }
      return keys.get(epoch) ?? null;
    },
  };
}
