import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PictureTimes } from './picture-times.js';

const line = (n: number, seconds: string): string =>
  `[Parsed_showinfo_4 @ 0x55d2c8] n:   ${String(n)} pts: 120320 pts_time:${seconds}     pos:   1 fmt:yuv420p\n`;

async function read(...chunks: readonly string[]): Promise<number[]> {
  const stderr = new PassThrough();
  const times = new PictureTimes(stderr);
  for (const chunk of chunks) stderr.write(chunk);
  stderr.end();
  const found: number[] = [];
  for (;;) {
    const next = await times.next();
    if (next === null) return found;
    found.push(next);
  }
}

describe('media times in the words of ffmpeg', () => {
  it('are read in order, however the lines are cut', async () => {
    const text = line(0, '0') + 'frame= 1 fps=0\n' + line(1, '9.4') + line(2, '18.84');
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(text.length), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(await read(text.slice(0, from), text.slice(from, to), text.slice(to))).toEqual([
          0, 9.4, 18.84,
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it('come from the filter alone, each number once', async () => {
    const forged = `    title           : ${line(1, '99')}`;
    expect(await read(line(0, '0.5'), forged, line(0, '77'), line(3, '66'), line(1, '1.5'))).toEqual([
      0.5, 1.5,
    ]);
  });
});
