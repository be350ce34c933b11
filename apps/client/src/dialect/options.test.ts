import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planProcess } from './options.js';

const PATHS = { source_paths: ['me.guise'], target_path: 'in.mp4', output_path: 'out.mp4' };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guise-dialect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('plan of guise process', () => {
  it('has defaults', async () => {
    expect(await planProcess(PATHS, undefined)).toEqual({
      source: 'me.guise',
      target: 'in.mp4',
      output: 'out.mp4',
      avatar: null,
      permit: null,
      mode: 'portrait',
      bareFace: false,
      camera: { fillLight: false, denoise: false },
      purpose: 'recording',
      audience: 'internal',
      meeting: undefined,
      labelPosition: null,
      executionProviders: ['cpu'],
      ownModels: null,
      size: null,
      trim: null,
      notices: [],
    });
  });

  it('takes a dark or noisy picture as it is told to, also by the config file', async () => {
    const given = { ...PATHS, denoise: 'true', fill_light: 'true' };
    expect((await planProcess(given, undefined)).camera).toEqual({ fillLight: true, denoise: true });
    const path = join(folder, 'camera.ini');
    await writeFile(path, '[x]\nfill_light = true\n');
    expect((await planProcess(PATHS, path)).camera).toEqual({ fillLight: true, denoise: false });
    await expect(planProcess({ ...PATHS, denoise: 'much' }, undefined)).rejects.toThrow('denoise');
  });

  it('takes the config file, and the command line over it', async () => {
    const path = join(folder, 'facefusion.ini');
    await writeFile(
      path,
      '[paths]\ntarget_path = file.mp4\noutput_path = file-out.mp4\n[x]\npurpose = training\nkeep_temp = true\n',
    );
    const plan = await planProcess(
      { ...PATHS, output_path: undefined, processors: ['face_swapper', 'face_enhancer'] },
      path,
    );
    expect(plan).toMatchObject({ target: 'in.mp4', output: 'file-out.mp4', purpose: 'training' });
    expect(plan.notices).toEqual([
      'face_enhancer is skipped: no model for it is installed',
      'keep_temp has no effect in guise',
    ]);
  });

  it.each([
    [{}, 'portrait', []],
    [{ mode: 'overlay' }, 'overlay', []],
    [{ processors: ['face_swapper'] }, 'overlay', []],
    [{ processors: ['face_swapper'], mode: 'portrait' }, 'portrait', [/face_swapper has no effect/]],
  ])('wears as %o says', async (given, mode, notices) => {
    const plan = await planProcess({ ...PATHS, ...given }, undefined);
    expect(plan.mode).toBe(mode);
    expect(plan.notices).toHaveLength(notices.length);
    notices.forEach((words, i) => {
      expect(plan.notices[i]).toMatch(words);
    });
  });

  it('takes the mode of the command line over the processors of the file', async () => {
    const path = join(folder, 'swapper.ini');
    await writeFile(path, '[processors]\nprocessors = face_swapper\n');
    expect(await planProcess(PATHS, path)).toMatchObject({ mode: 'overlay' });
    expect(await planProcess({ ...PATHS, mode: 'portrait' }, path)).toMatchObject({ mode: 'portrait' });
  });

  it('reads resolution, trim and providers', async () => {
    const plan = await planProcess(
      {
        ...PATHS,
        output_video_resolution: '1280x720',
        trim_frame_start: '5',
        execution_providers: ['cuda', 'cpu'],
      },
      undefined,
    );
    expect(plan.size).toEqual({ width: 1280, height: 720 });
    expect(plan.trim).toEqual({ startFrame: 5, endFrame: null });
    expect(plan.executionProviders).toEqual(['cuda', 'cpu']);
  });

  it.each([
    [{ source_paths: undefined }, /source-paths is missing/],
    [{ target_path: undefined }, /target-path is missing/],
    [{ source_paths: ['a.guise', 'b.guise'] }, /one avatar bundle/],
    [{ purpose: 'fun' }, /purpose is not one of/],
    [{ mode: 'raw' }, /mode is not one of portrait, overlay/],
    [{ output_video_resolution: '1281x720' }, /even sides/],
    [{ output_video_resolution: 'big' }, /even sides/],
    [{ trim_frame_start: '-1' }, /whole numbers/],
    [{ trim_frame_start: '9', trim_frame_end: '9' }, /ends before/],
  ])('refuses %o', async (change, message) => {
    await expect(planProcess({ ...PATHS, ...change }, undefined)).rejects.toThrow(message);
  });

  it('says which config file cannot be read', async () => {
    await expect(planProcess(PATHS, join(folder, 'none.ini'))).rejects.toThrow(/none\.ini cannot be read/);
  });
});
