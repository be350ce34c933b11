import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeVideo } from './decode.js';
import { locateFfmpeg } from './tools.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guise-tools-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, version: string, path = folder): string {
  mkdirSync(path, { recursive: true });
  const file = join(path, name);
  writeFileSync(file, `#!/bin/sh\necho "${name} version ${version} Copyright"\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('locateFfmpeg', () => {
  it('prefers the environment, then PATH, then what the bootstrap recorded', async () => {
    const recorded = join(folder, 'recorded');
    mkdirSync(join(folder, '.cache', 'tools'), { recursive: true });
    const pair = { ffmpeg: program('ffmpeg', '3', recorded), ffprobe: program('ffprobe', '3', recorded) };
    writeFileSync(join(folder, '.cache', 'tools', 'ffmpeg.json'), JSON.stringify(pair));
    const from = join(folder, 'deep', 'er');
    expect(await locateFfmpeg({ env: {}, from })).toMatchObject({ ...pair, version: '3' });

    const onPath = join(folder, 'bin');
    program('ffmpeg', '2', onPath);
    program('ffprobe', '2', onPath);
    expect(await locateFfmpeg({ env: { PATH: onPath }, from })).toMatchObject({ version: '2' });

    const env = {
      PATH: onPath,
      GUISE_FFMPEG: program('ffmpeg', '1'),
      GUISE_FFPROBE: program('ffprobe', '1'),
    };
    expect(await locateFfmpeg({ env, from })).toMatchObject({ version: '1' });
  });

  it('names the command when nothing is installed', async () => {
    const search = locateFfmpeg({ env: { PATH: '' }, from: folder });
    await expect(search).rejects.toMatchObject({ code: 'ffmpeg-missing' });
    await expect(search).rejects.toThrow(/Install it with: .*ffmpeg/);
  });

  it('does not believe a program that cannot start or says something else', async () => {
    const ffprobe = program('ffprobe', '1');
    for (const ffmpeg of [join(folder, 'gone'), program('other', '1')]) {
      const env = { GUISE_FFMPEG: ffmpeg, GUISE_FFPROBE: ffprobe };
      await expect(locateFfmpeg({ env, from: folder })).rejects.toMatchObject({ code: 'ffmpeg-missing' });
    }
  });

  it('is missed with its own error when the programs vanish later', async () => {
    const tools = { ffmpeg: join(folder, 'gone'), ffprobe: join(folder, 'gone'), version: 'gone' };
    const file = join(folder, 'some.mp4');
    writeFileSync(file, 'x');
    await expect(decodeVideo(file, { tools })).rejects.toMatchObject({ code: 'ffmpeg-missing' });
  });
});
