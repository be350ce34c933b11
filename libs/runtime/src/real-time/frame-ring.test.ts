import fc from 'fast-check';
import { createI420, type I420Frame } from '@guise/frame';
import { describe, expect, it } from 'vitest';
import { allocateFrameRing, countFrames, openRingReader, openRingWriter, RING_DEPTH } from './frame-ring.js';

const SIZE = [4, 2] as const;
/** A frame whose every byte is its number. */
const frameOf = (number: number): I420Frame => {
  const frame = createI420(...SIZE);
  frame.data.fill(number);
  return frame;
};

const openRing = () => {
  const memory = allocateFrameRing(...SIZE);
  return { memory, writer: openRingWriter(memory), reader: openRingReader(memory) };
};

describe('a ring of frames', () => {
  it('hands frames on in order, with their times and pixels', async () => {
    const { writer, reader, memory } = openRing();
    for (const number of [0, 1]) writer.write(frameOf(number), number * 40);
    for (const number of [0, 1]) {
      const taken = await reader.take();
      expect(taken).toMatchObject({ index: number, timestampMs: number * 40 });
      expect(taken?.frame).toEqual(frameOf(number));
      taken?.release();
    }
    expect(countFrames(memory)).toEqual({ written: 2, dropped: 0 });
  });

  it('drops the oldest that waits, counts it, and leaves the frame being read alone', async () => {
    const { writer, reader, memory } = openRing();
    writer.write(frameOf(0), 0);
    const held = await reader.take();
    for (let number = 1; number <= 7; number++) writer.write(frameOf(number), number);
    expect(held?.frame).toEqual(frameOf(0));
    expect(countFrames(memory)).toEqual({ written: 8, dropped: 7 - RING_DEPTH });
    held?.release();
    const indices: (number | undefined)[] = [];
    for (let i = 0; i < RING_DEPTH; i++) {
      const taken = await reader.take();
      expect(taken?.frame.data[0]).toBe(taken?.index);
      indices.push(taken?.index);
      taken?.release();
    }
    expect(indices).toEqual([6, 7]);
  });

  it('wakes a reader that waits, for a frame and for the end', async () => {
    const { writer, reader } = openRing();
    const first = reader.take();
    writer.write(frameOf(9), 1);
    const taken = await first;
    expect(taken?.frame.data[0]).toBe(9);
    taken?.release();
    const end = reader.take();
    writer.close();
    expect(await end).toBeNull();
  });

  it('gives what waits before the end', async () => {
    const { writer, reader } = openRing();
    writer.write(frameOf(1), 0);
    writer.close();
    const taken = await reader.take();
    expect(taken?.index).toBe(0);
    taken?.release();
    expect(await reader.take()).toBeNull();
  });

  it('refuses frames of another size, frames after the end, and a second frame before the first is released', async () => {
    const { writer, reader } = openRing();
    expect(() => {
      writer.write(createI420(2, 2), 0);
    }).toThrow('a frame of 2×2 in a ring of 4×2');
    writer.write(frameOf(0), 0);
    await reader.take();
    await expect(reader.take()).rejects.toThrow('not released');
    writer.close();
    expect(() => {
      writer.write(frameOf(1), 1);
    }).toThrow('closed');
  });

  it('whatever the order of writing and reading: order is kept, the newest is never lost, and nothing is uncounted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('write', 'read'), { maxLength: 60 }), async (steps) => {
        const { writer, reader, memory } = openRing();
        const seen: number[] = [];
        let written = 0;
        for (const step of steps) {
          if (step === 'write') writer.write(frameOf(written % 256), written++);
          const { dropped } = countFrames(memory);
          const waits = written - dropped - seen.length;
          expect(waits).toBeLessThanOrEqual(RING_DEPTH);
          if (step !== 'read' || waits === 0) continue;
          const taken = await reader.take();
          seen.push(taken?.index ?? -1);
          expect(taken?.frame.data[0]).toBe((taken?.index ?? 0) % 256);
          taken?.release();
        }
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        expect(new Set(seen).size).toBe(seen.length);
        writer.close();
        const rest: number[] = [];
        for (let taken = await reader.take(); taken !== null; taken = await reader.take()) {
          rest.push(taken.index);
          taken.release();
        }
        expect(seen.length + rest.length + countFrames(memory).dropped).toBe(written);
        if (written > 0) expect(Math.max(...seen, ...rest)).toBe(written - 1);
      }),
      { numRuns: 200 },
    );
  });
});
