import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { i420Bytes, i420ToRgb, type I420Frame } from '@guise/frame';
import { encodeBase64Url, encodePayload } from '@guise/ledger';
import { encodePng, encodeVideo } from '@guise/media';
import { createEs256Key, createEs256Signer, signEvidenceSegment } from '@guise/permit';
import {
  evidenceSegment,
  proofBundle,
  sessionId,
  type ProofBundle,
  type TimelineEntry,
  type VerificationReport,
} from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';
import { fingerprint } from 'invisible-watermark-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleReport, sampleSecond } from '../testing/sample-report.js';
import { matchMedia, sha256OfFile } from './media-match.js';

const WIDTH = 320;
const HEIGHT = 180;
const SESSION = sessionId.parse(`ses_${'b'.repeat(26)}`);

/** Blocks of random brightness: another seed is another picture. */
function picture(seed: number): I420Frame {
  const data = new Uint8Array(i420Bytes(WIDTH, HEIGHT)).fill(128);
  const blocks = createSeededRandom(`picture ${String(seed)}`)(32 * 18);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      data[y * WIDTH + x] = 40 + (blocks[Math.floor(y / 10) * 32 + Math.floor(x / 10)] ?? 0) / 1.5;
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}

async function bundleWith(frame: I420Frame, mediaSha256: string): Promise<ProofBundle> {
  const luma = frame.data.subarray(0, WIDTH * HEIGHT);
  const print = encodeBase64Url(fingerprint({ luma, width: WIDTH, height: HEIGHT, stride: WIDTH }, null));
  const segment = evidenceSegment.parse({
    session: SESSION,
    sequence: 0,
    previous: null,
    permit: `pmt_${'f'.repeat(26)}`,
    frame: { width: WIDTH, height: HEIGHT },
    epochs: [
      {
        epoch: 7,
        renderedAt: 1_793_534_400,
        frames: 1,
        slateFrames: 0,
        frameRoot: '00'.repeat(32),
        fingerprints: [print],
      },
    ],
  });
  const signer = await createEs256Signer(createEs256Key(createSeededRandom('device')(48)));
  const payload = encodePayload({
    v: 1,
    kind: 'evidence',
    at: 1_793_534_400,
    session: SESSION,
    segment: await signEvidenceSegment(segment, signer),
  });
  return proofBundle.parse({
    format: 'guise-proof/1',
    mediaSha256,
    session: 1,
    checkpoint: '',
    entries: [
      { kind: 'evidence', index: 0, payload: encodeBase64Url(payload), salt: 'A'.repeat(43), proof: [] },
    ],
    permits: [],
  });
}

const reportOf = (epoch: number, second: Partial<TimelineEntry> = {}): VerificationReport =>
  sampleReport({
    coverage: { seconds: 1, read: 1, longestGap: 0 },
    timeline: [
      {
        ...sampleSecond(0, 'authorised'),
        epoch,
        renderedAt: 1_793_534_400,
        fingerprintDistance: 0,
        faceDistance: null,
        epochTagZ: null,
        alteredTiles: [],
        ...second,
      },
    ],
  });

/** A marked picture of session 1 at this place. */
const shown = (
  epoch: number,
  ...[left, top, right, bottom]: readonly number[]
): TimelineEntry['pictures'][0] => {
  const at = (x = 0, y = 0) => ({ x, y });
  const region = [at(left, top), at(right, top), at(right, bottom), at(left, bottom)] as const;
  return { session: 1, verdict: 'authorised', reason: 'proved', epoch, renderedAt: 1_793_534_400, region };
};

/** Pictures side by side. */
function beside(...pictures: readonly I420Frame[]): I420Frame {
  const width = WIDTH * pictures.length;
  const data = new Uint8Array(i420Bytes(width, HEIGHT)).fill(128);
  pictures.forEach((one, i) => {
    for (let y = 0; y < HEIGHT; y++)
      data.set(one.data.subarray(y * WIDTH, (y + 1) * WIDTH), y * width + i * WIDTH);
  });
  return { width, height: HEIGHT, data };
}

describe('the file beside its proof', () => {
  let folder = '';
  let file = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-match-'));
    file = join(folder, 'frame.png');
    await writeFile(file, await encodePng(i420ToRgb(picture(1))));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('shows the picture that the device signed', async () => {
    const bundle = await bundleWith(picture(1), await sha256OfFile(file));
    expect(await matchMedia(file, [bundle], reportOf(7))).toEqual({
      sameFile: true,
      compared: 1,
      matching: 1,
    });
  });

  it('is caught showing another picture, and being another file', async () => {
    const bundle = await bundleWith(picture(5), '00'.repeat(32));
    expect(await matchMedia(file, [bundle], reportOf(7))).toEqual({
      sameFile: false,
      compared: 1,
      matching: 0,
    });
  });

  it('is caught showing more than the marked picture, wherever the report says that lies', async () => {
    const wide = join(folder, 'wide.png');
    await writeFile(wide, await encodePng(i420ToRgb(beside(picture(1), picture(9)))));
    const bundle = await bundleWith(picture(1), await sha256OfFile(wide));
    const match = async (...pictures: TimelineEntry['pictures']) =>
      (await matchMedia(wide, [bundle], reportOf(7, { pictures }))).matching;
    expect(await match(shown(7, 0, 0, 0.5, 1))).toBe(0);
    expect(await match(shown(7, 0, 0, 1, 1))).toBe(0);
    expect(await match()).toBe(0);
    const twice = join(folder, 'twice.png');
    await writeFile(twice, await encodePng(i420ToRgb(beside(picture(1), picture(1)))));
    const pictures = [shown(7, 0, 0, 0.5, 1), shown(7, 0.5, 0, 1, 1)];
    expect((await matchMedia(twice, [bundle], reportOf(7, { pictures }))).matching).toBe(1);
  });

  it('does not match where the report leaves nothing to compare', async () => {
    const bundle = await bundleWith(picture(1), await sha256OfFile(file));
    const unmatched = { sameFile: true, compared: 1, matching: 0 };
    expect(await matchMedia(file, [bundle], reportOf(8))).toEqual(unmatched);
    const whole = shown(7, 0, 0, 1, 1);
    for (const nowhere of [shown(7, 0, 0, 0, 0), shown(7, 5, 5, 6, 6), { ...whole, session: 2 }])
      for (const pictures of [[nowhere], [whole, nowhere]])
        expect(await matchMedia(file, [bundle], reportOf(7, { pictures }))).toEqual(unmatched);
    expect((await matchMedia(file, [bundle], reportOf(7, { pictures: [whole] }))).matching).toBe(1);
  });

  it('does not match when it goes on after the report ends', async () => {
    const long = join(folder, 'long.mp4');
    const encoder = await encodeVideo(long, { width: WIDTH, height: HEIGHT, fps: { num: 4, den: 1 } });
    for (let i = 0; i < 12; i += 1) await encoder.write(picture(i < 4 ? 1 : 9));
    await encoder.finish();
    const bundle = await bundleWith(picture(1), await sha256OfFile(long));
    expect(await matchMedia(long, [bundle], reportOf(7))).toMatchObject({ compared: 2, matching: 1 });
    const part = { ...reportOf(7), verdict: 'inconclusive' as const };
    expect(await matchMedia(long, [bundle], part)).toMatchObject({ compared: 1, matching: 1 });
  });

  it('has nothing to compare without a report', async () => {
    const bundle = await bundleWith(picture(1), await sha256OfFile(file));
    expect(await matchMedia(file, [bundle], null)).toEqual({ sameFile: true, compared: 0, matching: 0 });
  });
});
