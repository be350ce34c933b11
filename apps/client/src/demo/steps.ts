/** One step of the demo: what should happen, and what did. */
export interface StepResult {
  readonly name: string;
  readonly expected: string;
  readonly got: string;
  readonly ok: boolean;
}

/** Outcome of the work of a step: what was seen, and whether that is what was told. */
export interface Seen {
  readonly got: string;
  readonly ok: boolean;
}

export interface Narrator {
  chapter(title: string, text: string): void;
  /** Runs one step. A failure of the work is what was seen; it never ends the demo by itself. */
  step(name: string, expected: string, work: () => Promise<Seen>): Promise<boolean>;
  readonly results: readonly StepResult[];
}

export interface NarratorPorts {
  readonly tell: (result: StepResult, seconds: number) => void;
  readonly heading: (title: string, text: string) => void;
  readonly explainError: (error: unknown) => string;
  readonly monotonicMs: () => number;
}

export function createNarrator(ports: NarratorPorts): Narrator {
  const results: StepResult[] = [];
  return {
    results,
    chapter: ports.heading,
    async step(name, expected, work) {
      const startedMs = ports.monotonicMs();
      const seen = await work().catch((error: unknown): Seen => ({
        got: ports.explainError(error),
        ok: false,
      }));
      const result = { name, expected, ...seen };
      results.push(result);
      ports.tell(result, (ports.monotonicMs() - startedMs) / 1000);
      return result.ok;
    },
  };
}

/** A step that is done when nothing fails. */
export async function done(got: string | Promise<string>): Promise<Seen> {
  return { got: await got, ok: true };
}
