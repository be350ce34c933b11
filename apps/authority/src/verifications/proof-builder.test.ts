import { formatId, sessionId } from '@guise/protocol';
import { describe, expect, it } from 'vitest';
import { permitsFor, segmentsOf } from './proof-builder.js';
import type { ArchivedSegment } from './session-archive.js';

const START = 1_793_534_400;
const seconds = (count: number, every = 1) => Array.from({ length: count }, (_, i) => START + i * every);

/** A segment of five seconds. */
const segment = (sequence: number): ArchivedSegment => ({
  entry: { id: BigInt(sequence), payload: new Uint8Array(0), salt: new Uint8Array(32), leafIndex: sequence },
  segment: {
    session: sessionId.parse(formatId('session', new Uint8Array(16))),
    sequence,
    previous: null,
    permit: 'pmt',
    frame: { width: 1280, height: 720 },
    epochs: Array.from({ length: 5 }, (_, i) => ({
      ...{ epoch: sequence * 5 + i, renderedAt: START + sequence * 5 + i, frames: 30, slateFrames: 0 },
      ...{ frameRoot: '00'.repeat(32), fingerprints: [] },
    })),
  },
});
const sixHours = Array.from({ length: 4320 }, (_, i) => segment(i));

const permit = (index: number, lifeSeconds: number) => ({
  ...{ id: `pmt_${String(index)}`, sessionId: 'ses', sha256: '', jws: '', statusListId: '', statusIndex: 0 },
  notBefore: START + (index * lifeSeconds) / 2,
  expires: START + (index * lifeSeconds) / 2 + lifeSeconds,
});
const permits = (lifeSeconds: number) =>
  Array.from({ length: (2 * 43_200) / lifeSeconds }, (_, i) => permit(i, lifeSeconds));

describe('what a proof holds', () => {
  it('is the evidence of every second shown: of two hours in a row, or of hours that were sampled', () => {
    expect(segmentsOf(sixHours, seconds(7200))).toHaveLength(1440);
    expect(segmentsOf(sixHours, seconds(720, 30))).toHaveLength(720);
    expect(segmentsOf(sixHours, [START + 12]).map(({ segment: { sequence } }) => sequence)).toEqual([2]);
  });

  it('is a permit for every second shown, or the last one where none was in force', () => {
    expect(permitsFor(permits(300), [START + 10, START + 20]).map(({ id }) => id)).toEqual(['pmt_0']);
    const twelveHours = permitsFor(permits(300), seconds(720, 60));
    expect(twelveHours.length).toBeLessThanOrEqual(300);
    for (const second of seconds(720, 60))
      expect(twelveHours.some(({ notBefore, expires }) => notBefore <= second && second < expires)).toBe(
        true,
      );
    expect(permitsFor(permits(300), [START - 1]).map(({ id }) => id)).toEqual(['pmt_287']);
  });

  it('is never a part of it: more than fits is refused, and not called unproved', () => {
    expect(() => segmentsOf(sixHours, seconds(4 * 3600))).toThrow('media-too-large');
    expect(() => permitsFor(permits(60), seconds(720, 60))).toThrow('media-too-large');
  });
});
