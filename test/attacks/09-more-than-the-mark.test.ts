/** THREATS 9: genuine marked pictures in company of forged ones: beside them, around them, and between those that are looked at. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createI420, cropI420, type I420Frame } from '@guise/frame';
import { locateFfmpeg } from '@guise/media';
import {
  CLIP_SIZE,
  markFrames,
  openWearing,
  sceneFrames,
  writeClip,
  type ClipMark,
  type Wearing,
} from '@guise/authority/testing';
import { detectionReport, verificationReport } from '@guise/protocol';

const SECONDS = 3;
const { width: WIDTH, height: HEIGHT } = CLIP_SIZE;

describe('a genuine picture in forged company', { timeout: 180_000 }, () => {
  let wearing: Wearing;
  let folder: string;
  let mark: ClipMark;
  let worn: readonly I420Frame[];
  let wornToo: readonly I420Frame[];
  let forged: readonly I420Frame[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    wearing = await openWearing('embedded');
    const opened = await wearing.open('worn');
    mark = opened.mark;
    worn = sceneFrames('worn', SECONDS);
    await wearing.wear(opened, worn);
    wornToo = sceneFrames('worn by another', SECONDS);
    await wearing.wear(await wearing.open('worn by another'), wornToo);
    forged = sceneFrames('forged', SECONDS);
  }, 180_000);
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });
  const verify = async (clip: string) => verificationReport.parse((await wearing.verify(clip)).body);
  const verifyFrames = async (name: string, frames: readonly I420Frame[]) =>
    verify(await writeClip(folder, name, frames, 3000));
  const codes = (report: Awaited<ReturnType<typeof verify>>) => report.reasons.map(({ code }) => code);

  /** Frames of these in the cells of a view, row by row. */
  const gallery = (columns: number, ...cells: readonly (readonly I420Frame[])[]): I420Frame[] =>
    worn.map((_, index) => {
      const rows = Math.ceil(cells.length / columns);
      const view = createI420(columns * WIDTH, rows * HEIGHT);
      view.data.fill(16, 0, view.width * view.height);
      view.data.fill(128, view.width * view.height);
      cells.forEach((frames, cell) => {
        const frame = frames[index];
        if (frame !== undefined)
          paste(view, frame, (cell % columns) * WIDTH, Math.floor(cell / columns) * HEIGHT);
      });
      return view;
    });

  it('is not vouched for as a small inset of a forged frame', async () => {
    const view = gallery(2, forged, forged, forged, forged);
    view.forEach((frame, i) => {
      const inset = worn[i];
      if (inset !== undefined) paste(frame, inset, 400, 200);
    });
    const report = await verifyFrames('inset', view);
    expect(report.verdict).toBe('inconclusive');
    expect(codes(report)).toEqual(['shows-more']);
    const [second] = report.timeline;
    expect(second?.share).toBeCloseTo(0.25, 1);
    expect(second?.pictures).toMatchObject([{ verdict: 'authorised' }]);
    expect(second?.pictures[0]?.region[0]?.x).toBeCloseTo(400 / 1280, 2);
    expect(second?.pictures[0]?.region[0]?.y).toBeCloseTo(200 / 720, 2);
    const answer = await wearing.detect(join(folder, 'inset.mp4'));
    expect(detectionReport.parse(answer.body)).toMatchObject({ marked: true, authorised: null });
  });

  it('is not vouched for beside a forged tile of a gallery view', async () => {
    const report = await verifyFrames('tile', gallery(2, worn, forged, forged, forged));
    expect(report.verdict).toBe('inconclusive');
    expect(codes(report)).toContain('shows-more');
  });

  it('is vouched for in a gallery view of nothing but marked pictures, each with its proof', async () => {
    const report = await verifyFrames('gallery', gallery(2, worn, wornToo, wornToo, worn));
    expect(report.timeline.map(({ pictures }) => pictures.length)).toEqual([4, 4, 4]);
    expect(report.verdict).toBe('authorised');
    expect(codes(report)).toContain('several-sessions');
    expect(report.otherProofs).toHaveLength(1);
  });

  it('turns a gallery view altered when one of its marks was copied', async () => {
    const copied = sceneFrames('copied', SECONDS);
    markFrames(copied, mark);
    const report = await verifyFrames('gallery-copied', gallery(2, worn, wornToo, copied, worn));
    expect(report.verdict).toBe('altered');
    expect(report.timeline[1]?.pictures.map(({ verdict }) => verdict)).toContain('authorised');
  });

  it('is not vouched for where bars around it show anything', async () => {
    const barred = (text: boolean): I420Frame[] =>
      worn.map((frame) => {
        const view = createI420(WIDTH, HEIGHT + 120);
        view.data.fill(16, 0, view.width * view.height);
        view.data.fill(128, view.width * view.height);
        paste(view, frame, 0, 60);
        if (text) for (let y = 10; y < 50; y += 1) view.data.fill(200, y * WIDTH + 40, y * WIDTH + 600);
        return view;
      });
    expect((await verifyFrames('bars', barred(false))).verdict).toBe('authorised');
    const report = await verifyFrames('banner', barred(true));
    expect([report.verdict, ...codes(report)]).toEqual(['inconclusive', 'shows-more']);
  });

  it.each([
    ['the face alone', { x: 200, y: 52, width: 264, height: 256 }],
    ['a shifted cut with few whole tiles', { x: 100, y: 60, width: 440, height: 250 }],
  ])('is not vouched for when only %s is left', async (name, box) => {
    const report = await verifyFrames(
      name.replaceAll(' ', '-'),
      worn.map((frame) => cropI420(frame, box)),
    );
    expect(report.detection.found).toBe(true);
    expect([report.verdict, ...codes(report)]).toEqual(['inconclusive', 'too-little-compared']);
  });

  it('is not vouched for when the face that was recorded is cut away', async () => {
    const box = { x: 300, y: 0, width: 340, height: 360 };
    const report = await verifyFrames(
      'no-face',
      worn.map((frame) => cropI420(frame, box)),
    );
    expect(report.detection.found).toBe(true);
    expect([report.verdict, ...codes(report)]).toEqual(['inconclusive', 'face-cut']);
  });
});

describe('genuine pictures where a recording is looked at, forged ones between', { timeout: 180_000 }, () => {
  let wearing: Wearing;
  let folder: string;
  let genuine: string;
  let copied: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    wearing = await openWearing('embedded');
    const opened = await wearing.open('worn');
    const worn = sceneFrames('worn', 4);
    await wearing.wear(opened, worn);
    genuine = await writeClip(folder, 'genuine', worn, 3000);
    const forged = sceneFrames('forged', 4);
    markFrames(forged, opened.mark);
    copied = await writeClip(folder, 'copied', forged, 3000);
  }, 120_000);
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });
  /** Every n-th picture is genuine, the others are forged. */
  const weave = async (name: string, fps: number, everyNth: number, loops: number, ...coding: string[]) => {
    const { ffmpeg } = await locateFfmpeg();
    const path = join(folder, `${name}.mp4`);
    const loop = ['-stream_loop', String(loops - 1)];
    const filter =
      `[0]fps=${String(fps)}[forged];[1]fps=${String(fps)}[genuine];` +
      `[forged][genuine]overlay=enable='not(mod(n\\,${String(everyNth)}))'`;
    await promisify(execFile)(ffmpeg, [
      ...['-v', 'error', ...loop, '-i', copied, ...loop, '-i', genuine, '-filter_complex', filter],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-pix_fmt', 'yuv420p', ...coding, path],
    ]);
    return path;
  };
  const verify = async (clip: string) => verificationReport.parse((await wearing.verify(clip)).body);

  it('are not authorised in a long recording whose key pictures are genuine', async () => {
    const keys = ['-g', '20', '-keyint_min', '20', '-sc_threshold', '0'];
    const report = await verify(await weave('keys', 10, 20, 50, ...keys));
    expect(report.verdict).toBe('altered');
    expect(report.reasons.map(({ code }) => code)).toContain('sampled');
    expect(report.coverage.seed).toBeGreaterThanOrEqual(0);
  });

  it('are not authorised in a short one whose pictures at even eighths of a second are genuine', async () => {
    const report = await verify(await weave('eighths', 40, 5, 3));
    expect(report.verdict).toBe('altered');
  });
});

/** Draws one frame into another; places and sizes are even. */
function paste(onto: I420Frame, frame: I420Frame, x: number, y: number): void {
  for (let row = 0; row < frame.height; row += 1) {
    const from = row * frame.width;
    onto.data.set(frame.data.subarray(from, from + frame.width), (y + row) * onto.width + x);
  }
}
