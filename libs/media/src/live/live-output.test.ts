import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createI420 } from '@guise/frame';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from '../probe.js';
import { openLoopbackOutput, openPipeOutput } from './live-output.js';

const SHAPE = { width: 64, height: 48, fps: { num: 30, den: 1 } };
const picture = (luma: number) => createI420(SHAPE.width, SHAPE.height, luma);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guise-output-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a pipe of live pictures', () => {
  it('is YUV4MPEG2 that players read', async () => {
    const path = join(folder, 'out.y4m');
    const output = openPipeOutput(path, 'y4m', SHAPE);
    for (const luma of [20, 120, 220]) await output.write(picture(luma));
    await output.finish();
    expect(await probe(path)).toMatchObject({ width: 64, height: 48, fps: SHAPE.fps });
    const bytes = await readFile(path);
    expect(bytes.subarray(-picture(220).data.length)).toEqual(Buffer.from(picture(220).data));
  });

  it('is bare I420 where that is asked for, and leaves a stream open that is not its own', async () => {
    const stream = new PassThrough();
    const output = openPipeOutput(stream, 'rawvideo', SHAPE);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const frame = picture(99);
    await output.write(frame);
    frame.data.fill(0);
    await output.write(picture(100));
    await output.finish();
    expect(Buffer.concat(chunks)).toEqual(Buffer.concat([picture(99).data, picture(100).data]));
    expect(stream.writableEnded).toBe(false);
  });

  it('says that its reader is gone', async () => {
    const stream = new PassThrough();
    const output = openPipeOutput(stream, 'rawvideo', SHAPE);
    stream.destroy(new Error('EPIPE'));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(output.write(picture(1))).rejects.toMatchObject({ code: 'write-failed' });
  });

  it('refuses pictures of another size', async () => {
    const output = openPipeOutput(new PassThrough(), 'rawvideo', SHAPE);
    await expect(output.write(createI420(2, 2))).rejects.toMatchObject({ code: 'bad-size' });
  });
});

it('a virtual camera that is none says how to make one', async () => {
  const output = await openLoopbackOutput('/dev/video-none', SHAPE);
  const write = async () => {
    for (;;) await output.write(picture(16));
  };
  await expect(write()).rejects.toThrow('modprobe v4l2loopback');
  await output.abort();
});
