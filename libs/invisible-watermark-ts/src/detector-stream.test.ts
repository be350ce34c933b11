import { expect, test } from 'vitest';
import { createDetector } from './detector.js';
import type { TimedLumaFrame } from './detector-stream.js';
import { asFrame, epochAt, sceneClip, TEST_KEY, TEST_SESSION } from './testing/marked-scene.js';
import type { Detection } from './types.js';

const detector = createDetector({ key: TEST_KEY });

test('a stream answers per window and finds its way back after a change of size', () => {
  const stream = detector.stream({ windowSeconds: 1, framesPerSecond: 6 });
  const first = sceneClip({ width: 640, height: 360, seed: 4, frames: 60, marked: true });
  const second = sceneClip({ width: 426, height: 240, seed: 4, frames: 75, marked: true }).slice(60);
  const answers = [...first, ...second]
    .map((frame) => stream.push(frame))
    .filter((answer) => answer !== null);
  const last = stream.finish();
  expect([...answers, last].map((answer) => answer?.payload?.session)).toEqual([
    TEST_SESSION,
    TEST_SESSION,
    TEST_SESSION,
  ]);
  expect([...answers, last].map((answer) => epochAt(answer?.fromMs ?? -1))).toEqual([42, 43, 44]);
  expect(stream.finish()).toBeNull();
});

test('of two pictures the one that goes away is missed for a window, and found again where it comes back', () => {
  const [left, right] = [20, 21].map((session) =>
    sceneClip({ width: 640, height: 360, seed: session, frames: 8, marked: true, session }),
  );
  const stream = detector.stream({ windowSeconds: 0.2, framesPerSecond: 10, limit: 2 });
  const sessions: number[][] = [];
  for (let frame = 0; frame < 8; frame++) {
    const canvas = asFrame(new Uint8Array(640 * 360).fill(40), 640, 360, 3 * frame);
    halved(left?.[frame], canvas, 0, 90);
    const isGone = frame === 2 || frame === 3;
    if (!isGone) halved(right?.[frame], canvas, 320, 90);
    const window = stream.push(canvas);
    if (window !== null) sessions.push(sessionsOf(window.pictures));
  }
  sessions.push(sessionsOf(stream.finish()?.pictures ?? []));
  expect(sessions).toEqual([[20, 21], [20], [20, 21], [20, 21]]);
}, 180_000);

function sessionsOf(pictures: readonly Detection[]): number[] {
  return pictures.map(({ payload }) => payload?.session ?? -1).sort((a, b) => a - b);
}

/** Lays a picture at half its size (area means) onto another. */
function halved(from: TimedLumaFrame | undefined, onto: TimedLumaFrame, left: number, top: number): void {
  if (from === undefined) throw new Error('no frame');
  const at = (x: number, y: number) => from.luma[y * from.stride + x] ?? 0;
  for (let y = 0; y < from.height / 2; y++)
    for (let x = 0; x < from.width / 2; x++) {
      const sum = at(2 * x, 2 * y) + at(2 * x + 1, 2 * y) + at(2 * x, 2 * y + 1) + at(2 * x + 1, 2 * y + 1);
      onto.luma[(top + y) * onto.stride + left + x] = Math.round(sum / 4);
    }
}
