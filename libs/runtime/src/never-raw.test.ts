import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BELOW_LABEL, countCameraPixels, face, FACE_BOX } from './testing/camera.js';
import { permit } from './testing/permits.js';
import { createWorld, FRAME_MS, lease, type World } from './testing/world.js';
import { WEARER_DOUBT_MS, WEARER_RECHECK_MS, WEARER_RETRY_MS } from './wearer-check.js';

/** Where somebody else sits down, a third of a face beside the wearer. */
const JUMPED = { ...FACE_BOX, x: FACE_BOX.x + FACE_BOX.width / 3 };

/** Things that happen to a session, in any order. */
const EVENTS: Readonly<Record<string, (world: World) => unknown>> = {
  wearer: (world) => (world.faces = [face(1, 'wearer')]),
  dim: (world) => (world.faces = [face(1, 'dim')]),
  unsure: (world) => (world.faces = [face(1, 'unsure')]),
  otherTakesOverTheTrack: (world) => (world.faces = [face(1, 'other')]),
  otherTakesOverWithAJump: (world) => (world.faces = [{ ...face(1, 'other'), box: JUMPED }]),
  unsureTakesOverWithAJump: (world) => (world.faces = [{ ...face(1, 'unsure'), box: JUMPED }]),
  otherOnANewTrack: (world) => (world.faces = [face(2, 'other')]),
  nobody: (world) => (world.faces = []),
  two: (world) => (world.faces = [face(1, 'wearer'), face(2, 'other')]),
  detectorFails: (world) => (world.faults.track = true),
  detectorHeals: (world) => (world.faults.track = false),
  rendererThrows: (world) => (world.faults.render = 'throws'),
  rendererIdles: (world) => (world.faults.render = 'idle'),
  rendererDeclines: (world) => (world.faults.render = 'declines'),
  rendererHeals: (world) => (world.faults.render = 'fine'),
  labelFails: (world) => (world.faults.label = false),
  labelHeals: (world) => (world.faults.label = true),
  markIdles: (world) => (world.faults.mark = 'idle'),
  markThrows: (world) => (world.faults.mark = 'throws'),
  markHeals: (world) => (world.faults.mark = 'fine'),
  authorityGoes: (world) => (world.leases = false),
  authorityReturns: (world) => {
    world.leases = true;
    world.gate.renewLease(lease(world.clock), world.clock.monotonicMs());
  },
  evidenceFails: (world) => (world.faults.submit = false),
  timePasses: (world) => {
    world.clock.advanceMs(20_000);
  },
  wallClockJumps: (world) => {
    world.clock.setWallMs(world.clock.nowMs() + 10_000);
  },
  permitRenews: async (world) => {
    world.admit(await permit({ nowSeconds: world.clock.nowSeconds(), ttlSeconds: 30 }));
  },
  foreignPermit: async (world) => {
    world.admit(await permit({ nowSeconds: world.clock.nowSeconds(), sessionNumber: 1 }));
  },
  revoked: (world) => {
    world.gate.renewLease({ ...lease(world.clock), state: 'revoked' }, world.clock.monotonicMs());
  },
};

const events = fc.array(fc.tuple(fc.constantFrom(...Object.keys(EVENTS)), fc.integer({ min: 1, max: 90 })), {
  minLength: 1,
  maxLength: 10,
});

/** Media time from which a stranger on a trusted track must be found out: one re-check; someone unsure gets a doubt. */
const TOLERATED_MS: Readonly<Record<string, number>> = {
  other: WEARER_RECHECK_MS + FRAME_MS,
  unsure: WEARER_RECHECK_MS + WEARER_DOUBT_MS + WEARER_RETRY_MS + FRAME_MS,
};

/** What the rules say about one rendered frame, read off the world rather than off the machine under test. */
function expectAllowed(world: World, seenMs: number, revoked: boolean, event: string): void {
  expect(revoked, event).toBe(false);
  expect(world.gate.permitInForce(), event).not.toBeNull();
  expect(world.shown.length, event).toBeLessThan(2);
  expect(world.faults.mark, event).toBe('fine');
  const [seen] = world.shown;
  const person = seen !== undefined && 'person' in seen ? String(seen.person) : 'nobody';
  expect(seenMs, `${event}: ${person}`).toBeLessThan(TOLERATED_MS[person] ?? Number.POSITIVE_INFINITY);
  expect(seen?.box === JUMPED, `${event}: a stranger after a jump`).toBe(false);
  expect(seen?.trackId === 2, `${event}: a stranger on a track of his own`).toBe(false);
}

describe.each([
  { mode: 'overlay', looksAside: false },
  { mode: 'portrait', looksAside: false },
  { mode: 'overlay', looksAside: true },
  { mode: 'portrait', looksAside: true },
] as const)('over any sequence of events ($mode, sight aside: $looksAside)', ({ mode, looksAside }) => {
  it('no frame holds camera pixels where they must not be, and none is rendered against the rules', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (sequence) => {
        const world = await createWorld({ mode, looksAside });
        let revoked = false;
        let seenMs = 0;
        for (const [name, frames] of sequence) {
          await EVENTS[name]?.(world);
          revoked ||= name === 'revoked';
          for (let i = 0; i < frames; i++, seenMs += FRAME_MS) {
            const before = world.shown[0];
            const result = await world.step();
            if (world.shown[0] !== before) seenMs = 0;
            const rendered = mode === 'overlay' ? FACE_BOX : BELOW_LABEL;
            const where = result.state === 'slate' ? undefined : rendered;
            expect(countCameraPixels(result.frame, where), name).toBe(0);
            if (result.state === 'rendered') expectAllowed(world, seenMs, revoked, name);
          }
        }
        const stats = world.processor.stats();
        expect(stats.rawFrames).toBe(0);
        const slates = Object.values(stats.slateFrames).reduce((sum, count) => sum + count, 0);
        expect(stats.renderedFrames + slates).toBe(stats.frames);
      }),
      { numRuns: 40 },
    );
  });
});
