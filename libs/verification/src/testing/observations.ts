import type { Verdict } from '@guise/protocol';
import type { Outline } from 'invisible-watermark-ts';
import { expect } from 'vitest';
import type { MarkObservation, SecondObservation, SessionRecords, Trace } from '../observation.js';
import type { PictureMatch } from '../picture-match.js';
import type { ReasonCode } from '../reasons.js';
import { decideVerdict, type VerdictDecision } from '../verdict.js';

export const START = 1_793_534_400;
export const SESSION = 77;
const always = [{ from: START - 1000, until: null }];

export function records(changes: Partial<SessionRecords> = {}): SessionRecords {
  const epochs = Array.from(
    { length: 60 },
    (_, i) => [i, { renderedAt: START + i, slateOnly: false, hasSlate: false }] as const,
  );
  return {
    sessionNumber: SESSION,
    live: false,
    erased: false,
    epochs: new Map(epochs),
    permits: always,
    consent: always,
    avatarActive: always,
    device: always,
    ...changes,
  };
}

export const tiles = (distance: number): number[] => Array.from({ length: 16 }, () => distance);
export const matching: PictureMatch = {
  picture: 6,
  face: 8,
  isFaceCut: false,
  tileDistances: tiles(2),
  median: 2,
};
export const pasted: PictureMatch = { ...matching, tileDistances: tiles(2).map((d, i) => (i < 4 ? 25 : d)) };
export const foreign: PictureMatch = {
  ...matching,
  picture: 120,
  face: 110,
  tileDistances: tiles(31),
  median: 31,
};
export const swapped: PictureMatch = { ...matching, face: 45 };
/** The pictures of a second. */
export const eight = (
  picture: PictureMatch,
  others: readonly PictureMatch[] = [],
): readonly PictureMatch[] => [...others, ...Array.from({ length: 8 - others.length }, () => picture)];

/** An upright place in the frame, in its widths and heights. */
export const placed = (x: number, y: number, width: number, height: number): Outline => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];
export const WHOLE = placed(0, 0, 1, 1);

export const mark = (second: number, changes: Partial<MarkObservation> = {}): MarkObservation => ({
  session: SESSION,
  epoch: second + 10,
  epochTagZ: 9,
  pictures: eight(matching),
  region: WHOLE,
  ...changes,
});
/** A second with one marked picture that fills the frame. */
export const seen = (second: number, changes: Partial<MarkObservation> = {}): SecondObservation => ({
  second,
  marks: [mark(second, changes)],
  share: 1,
  trace: null,
});
export const unmarked = (second: number): SecondObservation => ({
  ...{ second, marks: [], share: null, trace: null },
});
export const weak = (second: number, changes: Partial<Trace> = {}): SecondObservation => ({
  ...{ second, marks: [], share: 1 },
  trace: { session: SESSION, epoch: second + 10, pictures: eight(matching), region: WHOLE, ...changes },
});
/** Seconds from 0, each proved unless named otherwise. */
export const recording = (
  length: number,
  other: (second: number) => SecondObservation | null = () => null,
): SecondObservation[] => Array.from({ length }, (_, second) => other(second) ?? seen(second));
export const clip = (changes: Partial<MarkObservation> = {}): SecondObservation[] =>
  [0, 1, 2, 3].map((second) => seen(second, changes));

export const judge = (
  observations: readonly SecondObservation[],
  known: SessionRecords = records(),
): VerdictDecision =>
  decideVerdict({ observations, sessions: new Map([[SESSION, known]]), materialSeconds: null });

export function expectVerdict(decision: VerdictDecision, verdict: Verdict, reason: ReasonCode): void {
  expect(decision.verdict).toBe(verdict);
  expect(decision.reasons.map(({ code }) => code)).toContain(reason);
  expect(decision.reasons.every(({ message }) => message.length > 10)).toBe(true);
}
