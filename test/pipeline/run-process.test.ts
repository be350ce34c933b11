import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Box } from '@guise/frame';
import { decodeVideo, locateFfmpeg, probe } from '@guise/media';
import { verifyEvidenceSegment } from '@guise/permit';
import type { ClosedReason } from '@guise/runtime';
import { createVision, openModelRegistry, type ModelRegistry } from '@guise/vision';
import { runProcess, WEAR_MODES, type ProcessOptions, type ProcessReport } from '@guise/client/pipeline';
import { judgePicture, matchPicture } from '@guise/verification';
import {
  createDetector,
  createFingerprintReader,
  EPOCH_TAG_MIN_Z,
  recordedFace,
} from 'invisible-watermark-ts';
import { issueLocally } from '../bench/src/local-authority.js';
import { buildAvatar, enrolWearer } from '../bench/src/material.js';
import { ensureMedia, ensureModels } from '../../tools/models/src/testing.js';

const SIZE = { width: 640, height: 360 };
/** A fingerprint names its face in 256ths of the picture (docs of the watermark's format, §9). */
const REGION_STEPS = 256;
const PIXELS = SIZE.width * SIZE.height;

let folder: string;
let ffmpeg: string;
let mediaDir: string;
let registry: ModelRegistry;
let avatar: ProcessOptions['bundle'];
let wearer: ProcessOptions['wearer'];

beforeAll(async () => {
  const [{ manifestPath, modelsDir }, media, tools] = await Promise.all([
    ensureModels(),
    ensureMedia(),
    locateFfmpeg(),
  ]);
  ({ mediaDir } = media);
  ({ ffmpeg } = tools);
  folder = mkdtempSync(join(tmpdir(), 'guise-pipeline-'));
  registry = await openModelRegistry({ manifestPath, cacheDir: modelsDir });
  const vision = await createVision({ registry });
  avatar = await buildAvatar(vision);
  wearer = await enrolWearer(vision, recording('cap13_edit2'));
  await vision.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const recording = (name: string) => join(mediaDir, `${name}.mp4`);
const path = (name: string) => join(folder, name);

function make(name: string, args: readonly string[]): string {
  execFileSync(ffmpeg, ['-v', 'error', '-y', ...args, path(name)]);
  return path(name);
}

interface Worn {
  readonly report: ProcessReport;
  readonly output: string;
  readonly segments: string[];
  readonly authority: Awaited<ReturnType<typeof issueLocally>>;
}

/** One session over a recording, against an authority in this process; `name` names the output. */
async function wear(name: string, input: string, change: Partial<ProcessOptions> = {}): Promise<Worn> {
  const authority = await issueLocally(avatar.sha256, wearer.sha256);
  const segments: string[] = [];
  const output = path(`${name}.mp4`);
  const report = await runProcess({
    ...authority,
    ...{ input, output, registry, wearer, bundle: avatar, mode: 'portrait', size: SIZE },
    evidenceSink: {
      submit(jws) {
        segments.push(jws);
        return Promise.resolve({ leafIndex: segments.length - 1, checkpointSize: segments.length });
      },
      discloseKey: () => Promise.resolve('disclosed'),
    },
    ...change,
  });
  return { report, output, segments, authority };
}

async function lumasOf(file: string) {
  const lumas = [];
  for await (const { frame, timestampMs } of await decodeVideo(file)) {
    lumas.push({ luma: frame.data.slice(0, PIXELS), ...SIZE, stride: SIZE.width, timestampMs });
  }
  return lumas;
}

const reasonsOf = ({ slateFrames }: ProcessReport) => Object.keys(slateFrames) as readonly string[];

describe.each(WEAR_MODES)('wearing an avatar in a real recording as %s', (mode) => {
  let worn: Worn;
  beforeAll(async () => {
    const clip = make(`clip-${mode}.mp4`, [
      ...['-ss', '3', '-t', '2', '-i', recording('cap12_edit')],
      ...['-f', 'lavfi', '-i', 'sine=duration=2', '-map', '0:v', '-map', '1:a'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', '-c:a', 'aac'],
    ]);
    worn = await wear(`worn-${mode}`, clip, { mode });
  });

  it('renders every frame, keeps the order, the rate and the sound', async () => {
    expect(worn.report).toMatchObject({
      mode,
      frames: 50,
      renderedFrames: 50,
      slateFrames: {},
      rawFrames: 0,
      outOfOrder: 0,
    });
    expect(await probe(worn.output)).toMatchObject({
      ...SIZE,
      frames: 50,
      hasAudio: true,
      audioCodec: 'aac',
    });
  });

  it('leaves a mark that names the session and proves the second', async () => {
    const lumas = await lumasOf(worn.output);
    const { grant } = worn.authority;
    const detector = createDetector({ key: grant.watermarkKey });
    const found = detector.detect(lumas.slice(0, 25));
    expect(found).toMatchObject({ found: true, payload: { session: grant.permit.wear.watermark.session } });
    if (found.geometry === null) throw new Error('no geometry');
    const z = (from: number, epoch: number) =>
      detector.verifyEpoch(lumas.slice(from, from + 25), found.geometry ?? never(), grant.chain.keyOf(epoch))
        .z;
    expect(z(0, 0)).toBeGreaterThan(EPOCH_TAG_MIN_Z);
    expect(z(25, 1)).toBeGreaterThan(EPOCH_TAG_MIN_Z);
    expect(z(0, 1)).toBeLessThan(EPOCH_TAG_MIN_Z);
  });

  it('leaves evidence that matches the file, and not another picture', async () => {
    const [jws = ''] = worn.segments;
    const segment = await verifyEvidenceSegment(jws, worn.authority.signer.publicJwk);
    expect(segment.epochs.map(({ epoch, frames, slateFrames }) => [epoch, frames, slateFrames])).toEqual([
      [0, 25, 0],
      [1, 25, 0],
    ]);
    const [first] = segment.epochs;
    const [evidence = ''] = first?.fingerprints ?? [];
    const [received] = await lumasOf(worn.output);
    if (received === undefined) throw new Error('no frame');
    const sent = new Uint8Array(Buffer.from(evidence, 'base64url'));
    expect(recordedFace(sent)).not.toBeNull();
    const judge = (luma: Uint8Array) =>
      judgePicture(
        matchPicture(createFingerprintReader({ luma, ...SIZE, stride: SIZE.width }), [sent]) ?? never(),
      );
    expect(judge(received.luma)).toBe('recorded');
    const foreign = await decodeVideo(recording('franck'), { size: SIZE, fit: 'cover', maxFrames: 1 });
    for await (const { frame } of foreign) expect(judge(frame.data.slice(0, PIXELS))).toBe('picture-differs');
  });

  it('records the face where the output shows it', async () => {
    const segment = await verifyEvidenceSegment(worn.segments[0] ?? '', worn.authority.signer.publicJwk);
    const [evidence = ''] = segment.epochs[0]?.fingerprints ?? [];
    const region = recordedFace(new Uint8Array(Buffer.from(evidence, 'base64url')));
    if (region === null) throw new Error('no face was recorded');
    const recorded = {
      ...{ x: (region.x * SIZE.width) / REGION_STEPS, width: (region.width * SIZE.width) / REGION_STEPS },
      ...{ y: (region.y * SIZE.height) / REGION_STEPS, height: (region.height * SIZE.height) / REGION_STEPS },
    };
    const vision = await createVision({ registry });
    for await (const { frame } of await decodeVideo(worn.output, { maxFrames: 1 })) {
      const [face] = await vision.detectFaces(frame);
      expect(overlap(face?.box ?? never(), recorded)).toBeGreaterThan(0.75);
    }
    await vision.close();
  });
});

/** Area of what two boxes share over that of both. */
function overlap(a: Box, b: Box): number {
  const shared = (from: number, length: number, other: number, otherLength: number) =>
    Math.max(0, Math.min(from + length, other + otherLength) - Math.max(from, other));
  const both = shared(a.x, a.width, b.x, b.width) * shared(a.y, a.height, b.y, b.height);
  return both / (a.width * a.height + b.width * b.height - both);
}

describe('before the camera', () => {
  const slateOnly = async (name: string, input: string, allowed: readonly ClosedReason[]) => {
    const { report, segments } = await wear(name, input);
    expect(report.renderedFrames, name).toBe(0);
    expect(report.rawFrames, name).toBe(0);
    for (const reason of reasonsOf(report)) expect(allowed, name).toContain(reason);
    return { report, segments };
  };

  it('another person: the slate throughout', async () => {
    const other = make('other.mp4', ['-ss', '5', '-t', '2', '-i', recording('franck'), '-c:v', 'libx264']);
    await slateOnly('other-worn', other, ['wearer-mismatch', 'wearer-unchecked', 'no-face']);
  });

  it('two people: the slate throughout', async () => {
    const two = make('two.mp4', [
      ...[
        '-ss',
        '3',
        '-t',
        '1',
        '-i',
        recording('cap12_edit'),
        '-ss',
        '5',
        '-t',
        '1',
        '-i',
        recording('franck'),
      ],
      ...[
        '-filter_complex',
        '[0]fps=25,scale=-2:300[a];[1]fps=25,scale=-2:300[b];[a][b]hstack',
        '-c:v',
        'libx264',
      ],
    ]);
    const { report } = await slateOnly('two-worn', two, [
      'second-face',
      'wearer-mismatch',
      'wearer-unchecked',
    ]);
    expect(report.slateFrames['second-face']).toBeGreaterThan(report.frames / 2);
  });

  it('nobody: the slate throughout', async () => {
    const nobody = make('nobody.mp4', [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=640x360:r=25:d=1',
      '-c:v',
      'libx264',
    ]);
    await slateOnly('nobody-worn', nobody, ['no-face']);
  });

  it('a face for one frame only: that frame, a short hold, then the slate', async () => {
    const once = make('once.mp4', [
      ...['-f', 'lavfi', '-i', 'color=gray:s=400x300:r=25:d=1', '-ss', '3', '-i', recording('cap12_edit')],
      ...['-f', 'lavfi', '-i', 'color=gray:s=400x300:r=25:d=2', '-filter_complex'],
      '[0]format=yuv420p[a];[1]fps=25,trim=end_frame=1,setsar=1,format=yuv420p[b];[2]format=yuv420p[c];[a][b][c]concat=n=3',
      ...['-c:v', 'libx264', '-crf', '10'],
    ]);
    const { report } = await wear('once-worn', once);
    expect(report.frames).toBe(76);
    expect(report.renderedFrames).toBeLessThanOrEqual(13);
    expect(report.renderedFrames + (report.slateFrames['no-face'] ?? 0)).toBe(76);
    expect(report.rawFrames).toBe(0);
  });
});

describe('bad input gives a clear error and no file', () => {
  it('whatever is wrong with it', async () => {
    const { size } = statSync(recording('cap12_edit'));
    const cut = make('cut.mp4', [
      '-t',
      '4',
      '-i',
      recording('cap12_edit'),
      '-c',
      'copy',
      '-movflags',
      '+faststart',
    ]);
    truncateSync(cut, Math.floor(statSync(cut).size / 2));
    writeFileSync(path('empty.mp4'), '');
    writeFileSync(path('text.mp4'), `${String(size)} bytes would be a video\n`.repeat(50));
    const tone = make('tone.m4a', ['-f', 'lavfi', '-i', 'sine=duration=1']);
    const dot = make('dot.avi', [
      '-f',
      'lavfi',
      '-i',
      'color=red:s=16x16:r=25:d=1',
      '-vf',
      'format=bgr24,scale=1:1',
      '-c:v',
      'rawvideo',
    ]);
    const before = readdirSync(folder).sort();
    const cases: readonly (readonly [string, string])[] = [
      [cut, 'damaged'],
      [path('empty.mp4'), 'empty-file'],
      [path('text.mp4'), 'not-media'],
      [tone, 'no-picture'],
      [dot, 'picture-too-small'],
      [path('gone.mp4'), 'not-found'],
    ];
    for (const [input, code] of cases) {
      await expect(wear('bad', input), input).rejects.toMatchObject({ code });
    }
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  it('no lease, lost evidence or an abort leave nothing either', async () => {
    const clip = make('short.mp4', ['-ss', '3', '-t', '1', '-i', recording('cap12_edit'), '-c:v', 'libx264']);
    const before = readdirSync(folder).sort();
    const authority = await issueLocally(avatar.sha256, wearer.sha256);
    const unreachable = { ...authority.permitSource, lease: () => Promise.reject(new Error('unreachable')) };
    await expect(wear('bad', clip, { permitSource: unreachable })).rejects.toMatchObject({
      code: 'no-lease',
    });
    const lost = {
      submit: () => Promise.reject(new Error('gone')),
      discloseKey: () => Promise.resolve('disclosed' as const),
    };
    await expect(wear('bad', clip, { evidenceSink: lost })).rejects.toMatchObject({
      code: 'evidence-failed',
    });
    const stop = new AbortController();
    const onProgress = () => {
      stop.abort();
    };
    await expect(wear('bad', clip, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

function never(): never {
  throw new Error('unreachable');
}
