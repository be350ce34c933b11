import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createQualityLadder,
  LONGEST_PATIENCE_MS,
  PATIENCE_MS,
  WARM_UP_FRAMES,
  type QualityChange,
} from './ladder.js';
import { QUALITY_RUNGS, rungsOf, settingsOf, type QualityRung, type QualitySettings } from './rungs.js';

const FRAME_MS = 40;

/** A machine on which a frame's steps take what the test says, on each rung. */
function openMachine(cost: (settings: QualitySettings, nowMs: number) => Readonly<Record<string, number>>) {
  const ladder = createQualityLadder(QUALITY_RUNGS, FRAME_MS);
  const changes: (QualityChange & { readonly atMs: number })[] = [];
  let nowMs = 0;
  return {
    ladder,
    changes,
    run(seconds: number) {
      for (const endMs = nowMs + seconds * 1000; nowMs < endMs;) {
        const steps = Object.entries(cost(ladder.settings, nowMs));
        for (const [name, ms] of steps) ladder.noteStage(name, ms);
        const work = steps.reduce((sum, [, ms]) => sum + ms, 0);
        nowMs += Math.max(work, FRAME_MS * ladder.settings.frameEvery);
        const change = ladder.endFrame(nowMs);
        if (change !== null) changes.push({ ...change, atMs: nowMs });
      }
    },
  };
}

/** What makes a step slow, so that only giving up what this rung gives up helps. */
const SLOWED: Readonly<Record<QualityRung, (settings: QualitySettings) => Readonly<Record<string, number>>>> =
  {
    full: () => ({ render: 20 }),
    'no-enhancement': ({ enhances }) => ({ render: 20, enhance: enhances ? 60 : 0 }),
    'held-light': ({ followsLight }) => ({ render: followsLight ? 60 : 20 }),
    'half-tracking': ({ sparesTracking }) => ({ track: sparesTracking ? 35 : 70 }),
    'half-size': ({ drawsHalfSize }) => ({ render: drawsHalfSize ? 30 : 60 }),
    'half-rate': () => ({ render: 70 }),
    'quarter-rate': () => ({ render: 130 }),
    slate: ({ showsSlate }) => ({ render: showsSlate ? 0 : 400 }),
  };

describe('the quality ladder', () => {
  it.each(QUALITY_RUNGS)('comes to rest on %s when that is what helps, rung by rung', (rung) => {
    const machine = openMachine(SLOWED[rung]);
    machine.run(4.6 * QUALITY_RUNGS.length);
    const below = QUALITY_RUNGS.slice(0, QUALITY_RUNGS.indexOf(rung) + 1);
    const down = machine.changes.slice(0, below.length - 1);
    expect(down.map(({ from, to }) => [from, to])).toEqual(below.slice(1).map((to, i) => [below[i], to]));
    expect(machine.ladder.frames()[rung]).toBeGreaterThan(20);
    for (const { p95Ms, budgetMs } of down) expect(p95Ms).toBeGreaterThan(budgetMs);
  });

  it.each(QUALITY_RUNGS)('comes all the way back from %s when the machine has time again', (rung) => {
    let isSlow = true;
    const machine = openMachine((settings) => (isSlow ? SLOWED[rung](settings) : { render: 10 }));
    machine.run(4.6 * QUALITY_RUNGS.length);
    isSlow = false;
    machine.run((QUALITY_RUNGS.length * LONGEST_PATIENCE_MS) / 1000);
    expect(machine.ladder.rung).toBe('full');
    const last = machine.changes.at(-1);
    if (rung !== 'full') expect(last).toMatchObject({ from: 'no-enhancement', to: 'full' });
  });

  it('names the step that took longest', () => {
    const machine = openMachine(() => ({ track: 12, render: 55, label: 1 }));
    machine.run(4);
    expect(machine.changes[0]).toMatchObject({ slowest: 'render', budgetMs: FRAME_MS, p95Ms: 68 });
  });

  it('is not moved by what a session opens in its first frames', () => {
    let frame = 0;
    const machine = openMachine(() => ({ render: frame++ < WARM_UP_FRAMES ? 900 : 25 }));
    machine.run(60);
    expect(machine.changes).toEqual([]);
  });

  it('is not moved by a slow frame now and then', () => {
    const machine = openMachine((_, nowMs) => ({ render: nowMs % 2000 < FRAME_MS ? 70 : 25 }));
    machine.run(60);
    expect(machine.changes).toEqual([]);
  });

  it('counts two frames together, of which the second was spared', () => {
    let frame = 0;
    const machine = openMachine(({ sparesTracking }) => {
      const isSpared = sparesTracking && frame++ % 2 === 1;
      return { track: isSpared ? 0 : 45, render: 10 };
    });
    machine.run(30);
    expect(machine.ladder.rung).toBe('half-tracking');
    expect(machine.changes.map(({ to }) => to)).toEqual(['no-enhancement', 'held-light', 'half-tracking']);
  });

  it('stays where it is while the work lies between both bounds', () => {
    const machine = openMachine(({ enhances }) => ({ render: enhances ? 60 : 35 }));
    machine.run(120);
    expect(machine.changes.map(({ to }) => to)).toEqual(['no-enhancement']);
  });

  it('tries less and less often what fails again and again', () => {
    const machine = openMachine(({ enhances }) => ({ render: 20, enhance: enhances ? 60 : 0 }));
    machine.run(600);
    const climbs = machine.changes.filter(({ to }) => to === 'full').map(({ atMs }) => atMs);
    const pauses = climbs.slice(1).map((atMs, i) => atMs - (climbs[i] ?? 0));
    expect(pauses.slice(0, 4).every((pause, i) => pause > (pauses[i - 1] ?? PATIENCE_MS))).toBe(true);
    expect(Math.max(...pauses)).toBeLessThan(LONGEST_PATIENCE_MS + 10_000);
    expect(climbs.length).toBeLessThan(20);
  });

  it('moves to a neighbour only, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 400 }), (times) => {
        const ladder = createQualityLadder(QUALITY_RUNGS, FRAME_MS);
        let nowMs = 0;
        for (const ms of times) {
          const before = QUALITY_RUNGS.indexOf(ladder.rung);
          ladder.noteStage('render', ms);
          const change = ladder.endFrame((nowMs += Math.max(ms, FRAME_MS)));
          const step = Math.abs(QUALITY_RUNGS.indexOf(ladder.rung) - before);
          expect(step).toBe(change === null ? 0 : 1);
          expect(ladder.settings).toEqual(settingsOf(ladder.rung));
        }
      }),
    );
  });
});

describe('the rungs of a session', () => {
  it('leave out what would change nothing', () => {
    const rungs = rungsOf({ enhancement: false, light: false, size: false });
    expect(rungs).toEqual(['full', 'half-tracking', 'half-rate', 'quarter-rate', 'slate']);
    expect(rungsOf({ enhancement: true, light: true, size: true })).toEqual(QUALITY_RUNGS);
  });
});
