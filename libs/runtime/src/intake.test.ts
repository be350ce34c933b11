import type { I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { createIntake, type IntakeOptions } from './intake.js';
import type { SourceFrame } from './ports.js';
import { cameraFrame, SIZE } from './testing/camera.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A source that lends one and the same buffer for every frame. */
async function* lending(frames: number): AsyncGenerator<SourceFrame> {
  const lent = cameraFrame(0);
  for (let index = 0; index < frames; index++) {
    lent.data.set(cameraFrame(index).data);
    await turn();
    yield { frame: lent, index, timestampMs: index * 40 };
  }
}

function open(source: IntakeOptions['source'], change: Partial<IntakeOptions> = {}) {
  const foreseen: { readonly frame: I420Frame; readonly timestampMs: number }[] = [];
  const intake = createIntake({
    source,
    size: SIZE,
    clock: { monotonicMs: () => 0, pause: turn as () => Promise<void> },
    isSpared: () => false,
    foresee: (frame, timestampMs) => foreseen.push({ frame, timestampMs }),
    ...change,
  });
  return { intake, foreseen };
}

describe('the intake', () => {
  it('gives every frame in order, the next one foreseen while the present one still stands as it was', async () => {
    const { intake, foreseen } = open(lending(6));
    for (let index = 0; index < 6; index++) {
      const taken = await intake.next();
      expect(taken?.timestampMs).toBe(index * 40);
      intake.pullAhead();
      intake.pullAhead();
      await turn();
      await turn();
      expect(foreseen).toHaveLength(Math.min(index + 1, 5));
      expect(taken?.frame.data).toEqual(cameraFrame(index).data);
      if (index < 5) expect(foreseen[index]?.frame.data).toEqual(cameraFrame(index + 1).data);
    }
    expect(await intake.next()).toBeNull();
  });

  it('hands over the frame that was foreseen, in memory that other threads can read', async () => {
    const { intake, foreseen } = open(lending(2));
    await intake.next();
    intake.pullAhead();
    const next = await intake.next();
    expect(next?.frame).toBe(foreseen[0]?.frame);
    expect(next?.frame.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('pulls nothing ahead where nothing can be foreseen, and lends frames on as they are', async () => {
    let read = 0;
    async function* counted() {
      for await (const frame of lending(4)) {
        read += 1;
        yield frame;
      }
    }
    const { intake } = open(counted(), { foresee: null });
    const taken = await intake.next();
    intake.pullAhead();
    await turn();
    await turn();
    expect(read).toBe(1);
    expect(taken?.frame.data.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('leaves out what is spared', async () => {
    const { intake, foreseen } = open(lending(6), { isSpared: (timestampMs) => timestampMs % 80 !== 0 });
    await intake.next();
    intake.pullAhead();
    expect((await intake.next())?.timestampMs).toBe(80);
    expect(foreseen.map(({ timestampMs }) => timestampMs)).toEqual([80]);
  });

  it('tells of a broken source where its frame was expected', async () => {
    async function* broken(): AsyncGenerator<SourceFrame> {
      yield* lending(1);
      throw new Error('damaged');
    }
    const { intake } = open(broken());
    await intake.next();
    intake.pullAhead();
    await turn();
    await turn();
    await expect(intake.next()).rejects.toThrow('damaged');
  });

  it('ends its source; one that gives nothing holds up nobody', async () => {
    let ended = false;
    async function* camera(): AsyncGenerator<SourceFrame> {
      try {
        yield* lending(3);
      } finally {
        ended = true;
      }
    }
    const first = open(camera());
    await first.intake.next();
    await first.intake.close();
    expect(ended).toBe(true);

    async function* dead(): AsyncGenerator<SourceFrame> {
      yield* lending(1);
      await new Promise(() => undefined);
    }
    const second = open(dead());
    await second.intake.next();
    second.intake.pullAhead();
    await second.intake.close();
    expect(second.foreseen).toHaveLength(0);
  });
});
