import { polarTransform } from './polar.js';

/** One surviving decision path; `llr` and `partial` hold the node of size n at [n, 2n). */
interface Path {
  metric: number;
  readonly llr: Float32Array;
  readonly partial: Uint8Array;
  readonly decided: Uint8Array;
}

interface Branch {
  readonly parent: number;
  readonly bit: 0 | 1;
  readonly metric: number;
}

/**
 * Successive-cancellation list decoding with the min-sum metric (Tal & Vardy 2015; Balatsoukas-Stimming et al. 2015,
 * LLR form). A positive LLR speaks for bit 0. Metrics are rounded to 32 bits: the oracle of assembly/polar.ts.
 */
export class ScalarPolarListDecoder {
  private readonly isInformation: Uint8Array;
  private paths: Path[] = [];
  private spare: Path[] = [];

  constructor(
    readonly length: number,
    private readonly informationSet: Uint16Array,
    private readonly listSize: number,
  ) {
    this.isInformation = new Uint8Array(length);
    for (const position of informationSet) this.isInformation[position] = 1;
  }

  /** Candidate information words, most likely first. */
  decode(llr: Float32Array): Uint8Array[] {
    this.spare.push(...this.paths.splice(0));
    const root = this.takePath();
    root.metric = 0;
    root.llr.set(llr, this.length);
    this.paths = [root];
    this.decodeNode(this.length, 0);
    return [...this.paths]
      .sort((a, b) => a.metric - b.metric)
      .map((path) => Uint8Array.from(this.informationSet, (position) => path.decided[position] ?? 0));
  }

  private decodeNode(size: number, first: number): void {
    if (size === 1) {
      this.decideBit(first);
      return;
    }
    const half = size / 2;
    for (const path of this.paths) leftLlr(path.llr, half);
    this.decodeNode(half, first);
    for (const path of this.paths) rightLlr(path, half);
    this.decodeNode(half, first + half);
    for (const path of this.paths) combinePartial(path, half, first);
  }

  private decideBit(position: number): void {
    if (this.isInformation[position]) {
      this.keepBest(this.branches(), position);
      return;
    }
    for (const path of this.paths) {
      path.metric = penalised(path.metric, -(path.llr[1] ?? 0));
      path.decided[position] = 0;
      path.partial[1] = 0;
    }
  }

  private branches(): Branch[] {
    return this.paths.flatMap((path, parent): Branch[] => {
      const llr = path.llr[1] ?? 0;
      return [
        { parent, bit: 0, metric: penalised(path.metric, -llr) },
        { parent, bit: 1, metric: penalised(path.metric, llr) },
      ];
    });
  }

  /** The first surviving branch of a path takes over its memory; a second one gets a copy. */
  private keepBest(branches: Branch[], position: number): void {
    branches.sort((a, b) => a.metric - b.metric);
    const kept = branches.slice(0, this.listSize);
    const claimed = new Set(kept.map((branch) => branch.parent));
    this.paths.forEach((path, index) => {
      if (!claimed.has(index)) this.spare.push(path);
    });
    const taken = new Set<number>();
    const survivors = kept.map((branch) => {
      const parent = this.paths[branch.parent] ?? this.takePath();
      const path = taken.has(branch.parent) ? this.copyPath(parent) : parent;
      taken.add(branch.parent);
      return { path, branch };
    });
    for (const { path, branch } of survivors) {
      path.metric = branch.metric;
      path.decided[position] = branch.bit;
      path.partial[1] = branch.bit;
    }
    this.paths = survivors.map(({ path }) => path);
  }

  private copyPath(from: Path): Path {
    const path = this.takePath();
    path.llr.set(from.llr);
    path.partial.set(from.partial);
    path.decided.set(from.decided);
    return path;
  }

  private takePath(): Path {
    return (
      this.spare.pop() ?? {
        metric: 0,
        llr: new Float32Array(2 * this.length),
        partial: new Uint8Array(2 * this.length),
        decided: new Uint8Array(this.length),
      }
    );
  }
}

/** What a decision against an LLR of this size costs; one with it costs nothing. */
function penalised(metric: number, against: number): number {
  return Math.fround(metric + Math.max(0, against));
}

/** f(a, b) = sign(a)·sign(b)·min(|a|, |b|) */
function leftLlr(llr: Float32Array, half: number): void {
  for (let j = 0; j < half; j++) {
    const a = llr[2 * half + j] ?? 0;
    const b = llr[3 * half + j] ?? 0;
    const least = Math.min(Math.abs(a), Math.abs(b));
    llr[half + j] = a < 0 !== b < 0 ? -least : least;
  }
}

/** g(a, b, u) = b + a when the left bit u is 0, b − a when it is 1 */
function rightLlr({ llr, partial }: Path, half: number): void {
  for (let j = 0; j < half; j++) {
    const a = llr[2 * half + j] ?? 0;
    const b = llr[3 * half + j] ?? 0;
    llr[half + j] = partial[half + j] ? b - a : b + a;
  }
}

/** The left half's codeword is recomputed from its decisions: the right half has overwritten it. */
function combinePartial(path: Path, half: number, first: number): void {
  const { partial, decided } = path;
  const left = decided.slice(first, first + half);
  polarTransform(left, 0, half);
  for (let j = 0; j < half; j++) {
    const right = partial[half + j] ?? 0;
    partial[2 * half + j] = (left[j] ?? 0) ^ right;
    partial[3 * half + j] = right;
  }
}
