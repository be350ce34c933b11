import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { i420Bytes } from '@guise/frame';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateFfmpeg } from '../tools.js';
import type { FfmpegTools } from '../types.js';
import { captureArgs, parseStreamUrl } from './capture-args.js';
import { captureFrames, type CaptureOptions, type CaptureSource } from './capture.js';

const SIZE = { width: 16, height: 16 };
const SHAPE = { size: SIZE, fps: { num: 30, den: 1 } };
const CAMERA: CaptureSource = { kind: 'camera', device: '/dev/video7', name: 'Test camera' };

let folder: string;
let tools: FfmpegTools;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guise-capture-'));
  tools = await locateFfmpeg();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A camera driver in the place of ffmpeg: a shell script that is told how often it was started before. */
async function driver(script: string): Promise<FfmpegTools> {
  const path = join(folder, `driver-${String(Math.abs(script.length))}`);
  const frame = `head -c ${String(i420Bytes(SIZE.width, SIZE.height))} /dev/zero`;
  await writeFile(
    path,
    `#!/bin/sh\nruns=$(cat ${path}.runs 2>/dev/null || echo 0)\necho $((runs + 1)) > ${path}.runs\nframe() { ${frame}; }\n${script}\n`,
  );
  await chmod(path, 0o755);
  return { ...tools, ffmpeg: path };
}

/** Reads until `count` frames came, or the capture ends. */
async function capture(source: CaptureSource, count: number, options: Partial<CaptureOptions> = {}) {
  const stop = new AbortController();
  const states: string[] = [];
  let frames = 0;
  const running = captureFrames(source, {
    ...SHAPE,
    signal: stop.signal,
    reopenMs: 1,
    onLost: ({ code }) => states.push(code),
    onBack: () => states.push('back'),
    ...options,
  });
  for await (const { frame } of running) {
    expect(frame).toMatchObject(SIZE);
    frames += 1;
    if (frames === count) stop.abort();
  }
  return { frames, states };
}

describe('live capture', () => {
  it('plays a recording to its end, at one rate and size', async () => {
    const path = join(folder, 'clip.mp4');
    const { runTool } = await import('../child.js');
    const words = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=30:d=0.5', path];
    await runTool(tools.ffmpeg, words, { timeoutMs: 60_000 });
    expect(await capture({ kind: 'file', path }, 99, { tools, stallMs: 60_000, openMs: 60_000 })).toEqual({
      frames: 15,
      states: [],
    });
  });

  it('says that a camera is not there', async () => {
    await expect(
      capture(CAMERA, 1, { tools: await driver('echo No such file or directory >&2; exit 1') }),
    ).rejects.toMatchObject({
      code: 'camera-missing',
      message: expect.stringContaining('--list-cameras') as string,
    });
  });

  it.each([
    ['Device or resource busy', 'camera-busy'],
    ['Permission denied', 'camera-denied'],
    ['something else', 'camera-lost'],
  ])('tells what the system says: %s', async (words, code) => {
    const broken = await driver(`echo "/dev/video7: ${words}" >&2; exit 1`);
    await expect(capture(CAMERA, 1, { tools: broken })).rejects.toMatchObject({ code });
  });

  it('waits for a camera that was unplugged, and tells once', async () => {
    const unplugged = await driver(
      'case $runs in 0) frame; frame; echo "No such device" >&2; exit 1;; 1|2) exit 1;; *) frame; frame; frame; exec sleep 60;; esac',
    );
    const { frames, states } = await capture(CAMERA, 5, { tools: unplugged });
    expect({ frames, states }).toEqual({ frames: 5, states: ['camera-missing', 'back'] });
  });

  it('opens a camera again that gives nothing', async () => {
    const stalling = await driver('frame; frame; [ $runs -gt 0 ] && frame; exec sleep 60');
    const { frames, states } = await capture(CAMERA, 5, { tools: stalling, stallMs: 300 });
    expect({ frames, states }).toEqual({ frames: 5, states: ['camera-lost', 'back'] });
  });

  it('ends at once when it is told to, also while it waits for a camera', async () => {
    const gone = await driver('[ $runs -gt 0 ] && exit 1; frame; exit 1 # gone');
    const stop = new AbortController();
    const options = { tools: gone, reopenMs: 600_000, signal: stop.signal };
    const states: string[] = [];
    const onLost = () => {
      states.push('lost');
      stop.abort();
    };
    const { frames } = await capture(CAMERA, 99, { ...options, onLost });
    expect({ frames, states }).toEqual({ frames: 1, states: ['lost'] });
  });
});

describe('what ffmpeg is told', () => {
  it.each([
    ['linux', ['v4l2', '/dev/video7']],
    ['darwin', ['avfoundation', '/dev/video7:none']],
    ['win32', ['dshow', 'video=/dev/video7']],
  ] as const)('on %s', async (platform, words) => {
    const args = await captureArgs(CAMERA, SHAPE, tools, platform);
    expect(args).toEqual(expect.arrayContaining([...words, '30/1', '16x16', 'yuv420p']));
  });

  it('never lets a stream read files', async () => {
    const args = await captureArgs({ kind: 'stream', url: 'rtsp://camera.example/1' }, SHAPE, tools);
    const protocols = args[args.indexOf('-protocol_whitelist') + 1]?.split(',');
    expect(protocols).toContain('rtsp');
    for (const refused of ['file', 'pipe', 'concat', 'data', 'subfile'])
      expect(protocols).not.toContain(refused);
  });

  it.each(['file:///etc/passwd', 'concat:a|b', 'nothing', 'data:video/mp4;base64,AA', ''])(
    'takes %s for no stream',
    (url) => {
      expect(() => parseStreamUrl(url)).toThrow('no address');
    },
  );
});
