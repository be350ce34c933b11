/** Keeps what was made for earlier calls, up to a number of bytes: what was used longest ago goes first, the newest stays. */
export class Kept<T> {
  private readonly entries = new Map<string, T>();
  private held = 0;

  constructor(
    readonly mostBytes: number,
    private readonly bytesOf: (value: T) => number,
  ) {}

  /** Bytes of everything kept. */
  get bytes(): number {
    return this.held;
  }

  /** Looks up or makes. */
  get(name: string, make: () => T): T {
    const known = this.entries.get(name);
    const value = known ?? make();
    if (known === undefined) this.held += this.bytesOf(value);
    else this.entries.delete(name);
    this.entries.set(name, value);
    for (const [oldest, old] of this.entries) {
      if (this.held <= this.mostBytes || this.entries.size === 1) break;
      this.entries.delete(oldest);
      this.held -= this.bytesOf(old);
    }
    return value;
  }

  values(): Iterable<T> {
    return this.entries.values();
  }
}
