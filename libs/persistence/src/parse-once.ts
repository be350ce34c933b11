/**
 * `parse`, remembering what came of the last `kept` texts: a text says the same whenever it is read. What parses is
 * shared, so it is not changed; what does not parse is parsed, and refused, every time.
 */
export function parseOnce<T>(parse: (text: string) => T, kept: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const parsed = parse(text);
    const oldest = known.keys().next().value;
    if (known.size >= kept && oldest !== undefined) known.delete(oldest);
    known.set(text, parsed);
    return parsed;
  };
}
