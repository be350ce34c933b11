/** Most runs that are told one by one. */
const MAX_RUNS = 12;

/** Seconds of a recording in plain words: "second 3", "seconds 0, 4–7 and more". @param seconds ascending */
export function listSeconds(seconds: readonly number[]): string {
  const runs: { readonly from: number; to: number }[] = [];
  for (const second of seconds) {
    const last = runs.at(-1);
    if (last?.to === second - 1) last.to = second;
    else runs.push({ from: second, to: second });
  }
  const told = runs
    .slice(0, MAX_RUNS)
    .map(({ from, to }) => (from === to ? String(from) : `${String(from)}–${String(to)}`));
  const more = runs.length > MAX_RUNS ? ' and more' : '';
  return `${seconds.length === 1 ? 'second' : 'seconds'} ${told.join(', ')}${more}`;
}
