/** Lets others have their turn; a library without an event loop of its own is handed one. */
export type Pause = () => Promise<void>;

/** So many ledger entries are gone through at once: about ten milliseconds of work. */
const AT_ONCE = 20;

/** As `map`, with a pause now and then: hours of evidence are seconds of work. */
export async function mapInTurns<T, U>(
  values: readonly T[],
  pause: Pause,
  map: (value: T) => U,
): Promise<U[]> {
  const mapped: U[] = [];
  for (const [i, value] of values.entries()) {
    if (i > 0 && i % AT_ONCE === 0) await pause();
    mapped.push(map(value));
  }
  return mapped;
}
