import { describe, expect, it } from 'vitest';
import { BELOW_LABEL, cameraFrame, countCameraPixels, face, FACE_BOX } from './testing/camera.js';
import { AVATAR_SHA256, permit, SESSION_NUMBER } from './testing/permits.js';
import { createWorld, lease, VALID, type World } from './testing/world.js';
import { FULL_QUALITY, settingsOf } from './quality/rungs.js';
import { CLOSED_REASONS, SLATE_TEXT, type ClosedReason } from './reasons.js';
import type { ProcessedFrame } from './session-processor.js';

const MODES = ['overlay', 'portrait'] as const;

/** No camera pixel in a slate or portrait; none in the face of an overlay. */
function expectNoCamera({ frame, state }: ProcessedFrame, mode: (typeof MODES)[number]): void {
  const rendered = mode === 'overlay' ? FACE_BOX : BELOW_LABEL;
  expect(countCameraPixels(frame, state === 'slate' ? undefined : rendered)).toBe(0);
}

async function run(
  world: World,
  frames: number,
  mode: (typeof MODES)[number] = 'overlay',
): Promise<ProcessedFrame[]> {
  const states: ProcessedFrame[] = [];
  for (let i = 0; i < frames; i++) {
    const result = await world.step();
    expectNoCamera(result, mode);
    states.push({ ...result, frame: { ...result.frame, data: result.frame.data.slice() } });
  }
  return states;
}

interface Injection {
  /** What goes wrong in mid-stream. */
  readonly inject: (world: World) => unknown;
  /** Frames after the injection that may still be rendered (a hold); 0 unless stated. */
  readonly grace?: number;
  /** Undoes it; the gate must open again. Absent: shut for good. */
  readonly heal?: (world: World) => unknown;
}

const now = (world: World) => world.clock.nowSeconds();

const INJECTIONS: Readonly<Record<ClosedReason, Injection>> = {
  'no-permit': {
    inject: async (world) => {
      world.admit(await permit({ nowSeconds: now(world), sessionNumber: SESSION_NUMBER + 1 }));
    },
    heal: async (world) => {
      world.admit(await permit({ nowSeconds: now(world) }));
    },
  },
  'permit-not-yet-valid': {
    inject: async (world) => {
      world.admit(await permit({ nowSeconds: now(world), beginsIn: 60 }));
    },
    heal: async (world) => {
      world.admit(await permit({ nowSeconds: now(world) }));
    },
  },
  'permit-expired': {
    inject: (world) => {
      world.clock.advanceMs(300_000);
      world.gate.renewLease(lease(world.clock), world.clock.monotonicMs());
    },
    heal: async (world) => {
      world.admit(await permit({ nowSeconds: now(world) }));
    },
  },
  'permit-revoked': {
    inject: (world) => {
      const revoked = { ...lease(world.clock), state: 'revoked' } as const;
      world.gate.renewLease(revoked, world.clock.monotonicMs());
    },
  },
  'lease-lost': {
    inject: (world) => {
      world.leases = false;
      world.clock.advanceMs(15_000);
    },
    heal: (world) => {
      world.gate.renewLease(lease(world.clock), world.clock.monotonicMs());
    },
  },
  'status-unknown': {
    inject: (world) => {
      world.statuses = false;
      world.clock.advanceMs(120_000);
      world.gate.renewLease(lease(world.clock), world.clock.monotonicMs());
    },
    heal: (world) => {
      world.gate.noteStatus(VALID, world.clock.monotonicMs());
    },
  },
  'clock-jumped': {
    inject: (world) => {
      world.leases = false;
      world.clock.setWallMs(world.clock.nowMs() - 3_600_000);
    },
    heal: (world) => {
      world.gate.renewLease(lease(world.clock), world.clock.monotonicMs());
    },
  },
  'avatar-hash-mismatch': {
    inject: async (world) => {
      const avatarSha256 = AVATAR_SHA256.replace('a', 'c');
      world.admit(await permit({ nowSeconds: now(world), avatarSha256 }));
    },
    heal: async (world) => {
      world.admit(await permit({ nowSeconds: now(world) }));
    },
  },
  'no-face': {
    inject: (world) => {
      world.faces = [];
    },
    // 500 ms of the last rendered picture.
    grace: 12,
    heal: (world) => {
      world.faces = [face(2, 'wearer')];
    },
  },
  'second-face': {
    inject: (world) => {
      world.faces = [face(1, 'wearer'), face(2, 'other')];
    },
    heal: (world) => {
      world.faces = [face(1, 'wearer')];
    },
  },
  'wearer-mismatch': {
    inject: (world) => {
      world.faces = [face(2, 'other')];
    },
    heal: (world) => {
      world.faces = [face(3, 'wearer')];
    },
  },
  'wearer-unchecked': {
    inject: (world) => {
      world.faces = [face(2, 'unsure')];
    },
    heal: (world) => {
      world.faces = [face(3, 'wearer')];
    },
  },
  'mark-failed': {
    inject: (world) => {
      world.faults.mark = 'idle';
    },
    heal: (world) => {
      world.faults.mark = 'fine';
    },
  },
  'evidence-failed': {
    inject: async (world) => {
      world.faults.submit = false;
      // Recorded until the running segment is handed over; the gate shuts when that fails.
      for (let i = 0; i < 160; i++) await world.step();
    },
  },
  'render-failed': {
    inject: (world) => {
      world.faults.render = 'throws';
    },
    grace: 12,
    heal: (world) => {
      world.faults.render = 'fine';
    },
  },
  overloaded: {
    inject: (world) => {
      world.quality = settingsOf('slate');
    },
    heal: (world) => {
      world.quality = FULL_QUALITY;
    },
  },
};

describe.each(MODES)('every closed reason, injected in mid-stream (%s)', (mode) => {
  it.each(CLOSED_REASONS)('%s: the slate within one frame, and no camera pixel after it', async (reason) => {
    const { inject, heal, grace = 0 } = INJECTIONS[reason];
    const world = await createWorld({ mode });
    expect((await run(world, 30, mode)).every(({ state }) => state === 'rendered')).toBe(true);
    await inject(world);
    const after = await run(world, 40, mode);
    const shut = after.slice(grace);
    expect(shut.map((result) => (result.state === 'slate' ? result.reason : 'rendered'))).toEqual(
      shut.map(() => reason),
    );
    await heal?.(world);
    const later = await run(world, 40, mode);
    expect(later.at(-1)?.state).toBe(heal === undefined ? 'slate' : 'rendered');
    expect(world.processor.stats().rawFrames).toBe(0);
  });
});

describe('closed reasons', () => {
  it('have a sentence each that fits a slate', () => {
    for (const reason of CLOSED_REASONS) expect(SLATE_TEXT[reason]).toMatch(/^[A-Z][a-z :]{3,38}$/);
  });
});

describe('more ways to fail', () => {
  describe.each(MODES)('%s', (mode) => {
    it.each([
      [
        'the detector throws',
        (world: World): void => {
          world.faults.track = true;
        },
        'no-face',
        0,
      ],
      [
        'the renderer declines',
        (world: World): void => {
          world.faults.render = 'declines';
        },
        'render-failed',
        12,
      ],
      [
        'the renderer does nothing and says it did',
        (world: World): void => {
          world.faults.render = 'idle';
        },
        'render-failed',
        12,
      ],
      [
        'the label does not fit',
        (world: World): void => {
          world.faults.label = false;
        },
        'render-failed',
        12,
      ],
      [
        'the marker throws',
        (world: World): void => {
          world.faults.mark = 'throws';
        },
        'mark-failed',
        0,
      ],
      [
        'the mark ruins the picture',
        (world: World): void => {
          world.faults.mark = 'loud';
        },
        'mark-failed',
        0,
      ],
    ] as const)('%s', async (_name, inject, reason, grace) => {
      const world = await createWorld({ mode });
      await run(world, 30, mode);
      inject(world);
      const after = (await run(world, 30, mode)).slice(grace);
      expect(after.every((result) => result.state === 'slate' && result.reason === reason)).toBe(true);
    });
  });

  it('the identity network throws: nobody is recognised any more', async () => {
    const world = await createWorld();
    await run(world, 30);
    world.faults.embed = true;
    world.faces = [face(2, 'wearer')];
    expect((await run(world, 30)).every(({ state }) => state === 'slate')).toBe(true);
  });

  it('a template other than the one the permit names', async () => {
    const world = await createWorld({ first: null });
    world.admit(await permit({ nowSeconds: now(world), templateSha256: 'cc'.repeat(32) }));
    const [first] = await run(world, 1);
    expect(first).toMatchObject({ state: 'slate', reason: 'wearer-unchecked' });
  });

  it('without a permission nobody is looked for', async () => {
    const world = await createWorld({ first: null });
    world.faults.track = true;
    // Were the detector asked, its failure would read no-face.
    expect((await run(world, 5)).every((r) => r.state === 'slate' && r.reason === 'no-permit')).toBe(true);
    expect(world.processor.stats().stages.map(({ name }) => name)).not.toContain('track');
  });

  it('what was foreseen under a permission that ended before its frame came counts for nothing', async () => {
    const world = await createWorld({ looksAside: true });
    await run(world, 30);
    world.gate.shut('permit-revoked');
    // The frame that is processed now was looked at before, with the wearer in it.
    const after = await run(world, 5);
    expect(after.every((r) => r.state === 'slate' && r.reason === 'permit-revoked')).toBe(true);
    expect(after.every(({ frame }) => countCameraPixels(frame) === 0)).toBe(true);
  });

  it('without a permission nobody is foreseen', async () => {
    const world = await createWorld({ first: null, looksAside: true });
    world.faults.track = true;
    await run(world, 5);
    expect(world.processor.stats().stages.map(({ name }) => name)).not.toContain('sight');
  });

  it('setting the clock back does not stretch a permit', async () => {
    const world = await createWorld({ first: null });
    world.admit(await permit({ nowSeconds: now(world), ttlSeconds: 5 }));
    await run(world, 30);
    world.clock.setWallMs(world.clock.nowMs() - 60_000);
    world.leases = false;
    const after = await run(world, 120);
    expect(after.every(({ state }) => state === 'slate')).toBe(true);
  });

  it('a frame that was drawn before the gate shut does not come back when it opens', async () => {
    const world = await createWorld();
    await run(world, 30);
    world.faces = [face(1, 'wearer'), face(2, 'other')];
    await run(world, 1);
    world.faces = [];
    expect((await run(world, 30)).every(({ state }) => state === 'slate')).toBe(true);
  });

  it('who sits down while nobody looked is a stranger, also on the track of the wearer', async () => {
    const world = await createWorld();
    await run(world, 30);
    world.leases = false;
    world.clock.advanceMs(15_000);
    await run(world, 1);
    world.faces = [face(1, 'other')];
    world.gate.renewLease(lease(world.clock), world.clock.monotonicMs());
    expect((await run(world, 1))[0]).toMatchObject({ state: 'slate', reason: 'wearer-mismatch' });
  });

  it('a hold repeats no picture from before a slate', async () => {
    const world = await createWorld();
    await run(world, 30);
    world.faults.mark = 'idle';
    await run(world, 1);
    world.faults.mark = 'fine';
    world.faces = [];
    expect((await run(world, 1))[0]).toMatchObject({ state: 'slate', reason: 'render-failed' });
  });

  it('a mark that cannot be read back, from the first frame and after the next self-test', async () => {
    const fresh = await createWorld();
    fresh.faults.mark = 'unreadable';
    expect((await run(fresh, 5)).every((r) => r.state === 'slate' && r.reason === 'mark-failed')).toBe(true);
    const world = await createWorld();
    await run(world, 30);
    world.faults.mark = 'unreadable';
    const after = await run(world, 10 * 25);
    expect(after.at(-1)).toMatchObject({ state: 'slate', reason: 'mark-failed' });
  });

  it('refuses frames of another size and timestamps that run back', async () => {
    const world = await createWorld();
    const small = { width: 2, height: 2, data: new Uint8Array(6) };
    await expect(world.processor.processFrame(small, 0)).rejects.toMatchObject({ code: 'frame-size' });
    await world.processor.processFrame(cameraFrame(0), 1000);
    await expect(world.processor.processFrame(cameraFrame(1), 999)).rejects.toMatchObject({
      code: 'time-ran-back',
    });
    await expect(world.processor.processFrame(cameraFrame(1), Number.NaN)).rejects.toMatchObject({
      code: 'time-ran-back',
    });
  });
});
