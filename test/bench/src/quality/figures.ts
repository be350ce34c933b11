/** Rounds a figure; one that is no number is null, and `why` is kept. */
export type Figure = (name: string, value: number, why: string) => number | null;

/** A rounder of figures, and the reasons of those that are missing, by name. */
export function figures(): { readonly figure: Figure; readonly reasons: Record<string, string> } {
  const reasons: Record<string, string> = {};
  const figure: Figure = (name, value, why) => {
    if (Number.isFinite(value)) return Math.round(value * 1000) / 1000;
    reasons[name] = why;
    return null;
  };
  return { figure, reasons };
}
