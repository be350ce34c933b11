/** THREATS 9: a valid mark is copied onto another picture. Defence: the evidence's fingerprints, tile by tile. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cropI420, type I420Frame } from '@guise/frame';
import {
  CLIP_SIZE,
  markFrames,
  openWearing,
  sceneFrames,
  writeClip,
  type ClipMark,
  type Wearing,
} from '@guise/authority/testing';
import { verificationReport } from '@guise/protocol';
import { EPOCH_TAG_MIN_Z } from 'invisible-watermark-ts';

const SECONDS = 3;
const LUMA = CLIP_SIZE.width * CLIP_SIZE.height;

describe('a copied mark', () => {
  let wearing: Wearing;
  let folder: string;
  let mark: ClipMark;
  let plain: readonly I420Frame[];
  let worn: readonly I420Frame[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guise-attack-'));
    wearing = await openWearing('embedded');
    const opened = await wearing.open('worn');
    mark = opened.mark;
    plain = sceneFrames('worn', SECONDS);
    worn = sceneFrames('worn', SECONDS);
    await wearing.wear(opened, worn);
  });
  afterAll(async () => {
    await wearing.organisation.authority.close();
    await rm(folder, { recursive: true, force: true });
  });
  const verify = async (name: string, frames: readonly I420Frame[]) => {
    const clip = await writeClip(folder, name, frames);
    return { report: verificationReport.parse((await wearing.verify(clip)).body), clip };
  };

  it('is authorised where it belongs', async () => {
    expect((await verify('worn', worn)).report.verdict).toBe('authorised');
  });

  it('added as a field onto another recording reads altered, though it decodes and its tag is genuine', async () => {
    const victim = sceneFrames('victim', SECONDS);
    victim.forEach(({ data }, i) => {
      const [from, to] = [plain[i]?.data, worn[i]?.data];
      if (from === undefined || to === undefined) throw new Error('a frame is missing');
      for (let p = 0; p < LUMA; p += 1) {
        data[p] = Math.max(0, Math.min(255, (data[p] ?? 0) + (to[p] ?? 0) - (from[p] ?? 0)));
      }
    });
    const { report, clip } = await verify('field', victim);
    expect(report).toMatchObject({ verdict: 'altered', reasons: [{ code: 'picture-differs' }] });
    expect(report.detection.found).toBe(true);
    expect((await wearing.detect(clip)).body).toMatchObject({ marked: true, authorised: false });
  });

  it('drawn anew by someone who holds the marking key and the disclosed epoch keys reads altered', async () => {
    const forged = sceneFrames('forged', SECONDS);
    markFrames(forged, mark);
    const { report } = await verify('forged', forged);
    expect(report).toMatchObject({ verdict: 'altered', reasons: [{ code: 'picture-differs' }] });
    expect(Math.max(...report.timeline.map(({ epochTagZ }) => epochTagZ ?? 0))).toBeGreaterThan(
      EPOCH_TAG_MIN_Z,
    );
  });

  it('with another face pasted over the middle reads altered, and names the tiles', async () => {
    const face = sceneFrames('another face', SECONDS);
    const pasted = worn.map((frame, i) => pasteFace(frame, face[i] ?? frame));
    const { report } = await verify('pasted', pasted);
    expect(report.verdict).toBe('altered');
    expect(report.reasons[0]?.code).toBe('face-differs');
    // The middle four of 4×4 tiles were pasted over; the rim was not.
    for (const { alteredTiles } of report.timeline) {
      expect(alteredTiles.filter((tile) => [5, 6, 9, 10].includes(tile)).length).toBeGreaterThanOrEqual(2);
      expect(alteredTiles.filter((tile) => [0, 3, 12, 15].includes(tile))).toEqual([]);
    }
  });

  it('is not lent by one genuine picture to the others of its second', async () => {
    const victim = sceneFrames('victim beside it', SECONDS);
    markFrames(victim, mark);
    for (const genuine of [1, 7]) {
      const mixed = victim.map((frame, i) => (i % 10 < genuine ? (worn[i] ?? frame) : frame));
      const { report } = await verify(`mixed-${String(genuine)}`, mixed);
      expect(report.verdict).toBe('altered');
      expect(report.reasons[0]?.code).toBe(genuine === 1 ? 'picture-differs' : 'pictures-mixed');
      expect(report.timeline.filter(({ verdict }) => verdict === 'authorised')).toEqual([]);
    }
  });

  it('with a face pasted into four of ten pictures of each second reads altered, whichever eight are looked at', async () => {
    const face = sceneFrames('a face now and then', SECONDS);
    const pasted = worn.map((frame, i) => (i % 10 < 4 ? pasteFace(frame, face[i] ?? frame) : frame));
    const { report } = await verify('pasted-now-and-then', pasted);
    expect(report.verdict).toBe('altered');
    expect(report.timeline.filter(({ verdict }) => verdict === 'authorised')).toEqual([]);
  });

  it('under pictures of other seconds of its own session reads altered', async () => {
    const spliced = [...plain.slice(20), ...plain.slice(10, 20), ...plain.slice(0, 10)].map(copyOf);
    markFrames(spliced, mark);
    const { report } = await verify('spliced', spliced);
    expect(report.verdict).toBe('altered');
    expect(report.timeline.map(({ verdict }) => verdict)).toEqual(['altered', 'authorised', 'altered']);
  });

  it('stays authorised when the recording is only mirrored', async () => {
    const mirrored = worn.map(mirror);
    expect((await verify('mirrored', mirrored)).report.verdict).toBe('authorised');
  });

  it('stays authorised when two sides are cut, and altered when a face is pasted into a smaller cut', async () => {
    const box = { x: 0, y: 0, width: 576, height: 324 };
    const cut = worn.map((frame) => cropI420(frame, box));
    expect((await verify('cropped', cut)).report.verdict).toBe('authorised');
    const face = sceneFrames('a face in a crop', SECONDS);
    const pasted = worn.map((frame, i) => cropI420(pasteFace(frame, face[i] ?? frame), HALF));
    expect((await verify('cropped-and-pasted', pasted)).report.verdict).toBe('altered');
  });

  it('moved to another second of its own session is judged by the second that it shows', async () => {
    const reversed = [...worn.slice(20), ...worn.slice(10, 20), ...worn.slice(0, 10)];
    const { report } = await verify('reordered', reversed);
    expect(
      report.timeline.every(({ verdict, epoch, second }) => verdict !== 'authorised' || epoch === 2 - second),
    ).toBe(true);
  });
});

const copyOf = (frame: I420Frame): I420Frame => ({ ...frame, data: frame.data.slice() });

/** The negative of another scene over the middle of the picture. */
function pasteFace(frame: I420Frame, face: I420Frame): I420Frame {
  const pasted = copyOf(frame);
  for (let y = 90; y < 270; y += 1) {
    for (let x = 160; x < 480; x += 1) {
      const p = y * CLIP_SIZE.width + x;
      pasted.data[p] = 255 - (face.data[p] ?? 0);
    }
  }
  return pasted;
}

function mirror(frame: I420Frame): I420Frame {
  const mirrored = copyOf(frame);
  for (let y = 0; y < CLIP_SIZE.height; y += 1) {
    mirrored.data.subarray(y * CLIP_SIZE.width, (y + 1) * CLIP_SIZE.width).reverse();
  }
  return mirrored;
}

/** The middle of the picture, half of its area. */
const HALF = { x: 94, y: 52, width: 452, height: 254 };
