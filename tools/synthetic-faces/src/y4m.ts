import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

import type { SequenceFrame } from './sequence.js';

/** Writes a sequence as YUV4MPEG2 (limited range; players assume BT.709 from the size or must be told). */
export async function writeY4m(
  file: string,
  fps: number,
  frames: AsyncIterable<SequenceFrame>,
  onFrame: (frame: SequenceFrame) => void = () => undefined,
): Promise<void> {
  const out = createWriteStream(file);
  const done = finished(out);
  const write = async (chunk: Uint8Array | string): Promise<void> => {
    if (!out.write(chunk)) await Promise.race([once(out, 'drain'), done]);
  };
  let started = false;
  for await (const item of frames) {
    if (!started) {
      const { width, height } = item.frame;
      await write(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n`);
      started = true;
    }
    await write('FRAME\n');
    await write(item.frame.data);
    onFrame(item);
  }
  out.end();
  await done;
}
