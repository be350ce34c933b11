import { describe, expect, it } from 'vitest';
import { planRun, type RunOptions } from './plan.js';

const GIVEN: RunOptions = {
  ...{ source: 'me.guise', avatar: 'ava_1', output: 'out.mp4', size: '1280x720', fps: '30' },
  ...{ mode: 'portrait', purpose: 'meeting', audience: 'internal' },
};
const plan = (change: Partial<RunOptions>) => planRun({ ...GIVEN, ...change });

describe('the plan of a live session', () => {
  it.each([
    [{}, { kind: 'camera', wanted: null }],
    [{ camera: 'brio' }, { kind: 'camera', wanted: 'brio' }],
    [{ input: 'me.mp4' }, { kind: 'file', path: 'me.mp4' }],
    [{ input: 'rtsp://10.0.0.7/live' }, { kind: 'stream', url: 'rtsp://10.0.0.7/live' }],
  ])('reads %j', (change, input) => {
    expect(plan(change).input).toEqual(input);
  });

  it('leaves the camera’s picture as it is unless told', () => {
    expect(plan({}).camera).toEqual({ fillLight: false, denoise: false });
    expect(plan({ fillLight: true, denoise: true }).camera).toEqual({ fillLight: true, denoise: true });
  });

  it.each([
    [{ output: 'a.webm' }, { kind: 'file', path: 'a.webm' }],
    [{ output: '/dev/video9' }, { kind: 'loopback', device: '/dev/video9' }],
    [{ output: '-' }, { kind: 'pipe', path: null, format: 'y4m' }],
    [
      { output: '-', outputFormat: 'rawvideo' },
      { kind: 'pipe', path: null, format: 'rawvideo' },
    ],
    [{ output: 'p.y4m' }, { kind: 'pipe', path: 'p.y4m', format: 'y4m' }],
    [
      { output: 'fifo', outputFormat: 'y4m' },
      { kind: 'pipe', path: 'fifo', format: 'y4m' },
    ],
  ])('writes %j', (change, output) => {
    expect(plan(change).output).toEqual(output);
  });

  it.each([
    [{ source: undefined }, /-s FILE/],
    [{ avatar: undefined }, /--avatar/],
    [{ output: undefined }, /virtual camera/],
    [{ output: 'out.txt' }, /Known: \.mp4/],
    [{ camera: '0', input: 'a.mp4' }, /one of them/],
    [{ size: '1281x720' }, /1280x720/],
    [{ size: '4096x2160' }, /1920x1080/],
    [{ fps: '0' }, /5 to 60/],
    [{ seconds: '-3' }, /--seconds/],
    [{ mode: 'swap' }, /portrait, overlay/],
    [{ labelPosition: 'centre' }, /top-right, top-left/],
  ])('refuses %j and says why', (change, words) => {
    const { source, avatar, output, ...rest } = GIVEN;
    const all = { source, avatar, output, ...rest, ...change };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    let said = '';
    try {
      planRun(given as unknown as RunOptions);
    } catch (error) {
      if (error instanceof Error) said = `${error.message} ${String('advice' in error ? error.advice : '')}`;
    }
    expect(said).toMatch(words);
  });

  it('takes no address that could reach files', () => {
    expect(() => plan({ input: 'file:///etc/passwd' })).toThrow('no address');
  });
});
