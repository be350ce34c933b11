/** Places in the log from the first to the last of them, both included. */
export type LeafRange = readonly [first: number, last: number];

/** Which places of the log are meant. */
export interface LeafSet {
  has(index: number): boolean;
}

/** The fewest ranges that hold exactly these places, ascending. Places named twice count once. */
export function toLeafRanges(indexes: readonly number[]): LeafRange[] {
  const ranges: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && index <= last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges;
}

/** Ascending, apart from each other, none turned round: there is one way to name a set of places. */
export function areLeafRanges(ranges: readonly LeafRange[]): boolean {
  return ranges.every(([first, last], i) => first <= last && first > (ranges[i - 1]?.[1] ?? -2) + 1);
}

/** The places of several lists of ranges together. A question costs one binary search. */
export function leafSetOf(lists: readonly (readonly LeafRange[])[]): LeafSet {
  const merged: [number, number][] = [];
  for (const [first, last] of lists.flat().sort(([a], [b]) => a - b)) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return {
    has(index) {
      let [low, high] = [0, merged.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((merged[middle]?.[1] ?? Infinity) < index) low = middle + 1;
        else high = middle;
      }
      const found = merged[low];
      return found !== undefined && found[0] <= index;
    },
  };
}
