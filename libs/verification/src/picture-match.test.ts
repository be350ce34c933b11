import type { FingerprintReader } from 'invisible-watermark-ts';
import { describe, expect, it } from 'vitest';
import { alteredTiles, judgePicture, matchPicture, matchScene } from './picture-match.js';

/** Fingerprints by name: what a reader answers about each. */
interface Recorded {
  readonly scene: number | null;
  readonly face: number | null;
  /** The received picture ends before the face that was recorded does. */
  readonly isCut?: boolean;
}

/** Stands for a fingerprint: its region of the face, if it has one, and which recording it is of. */
const print = ({ face, isCut = false }: Recorded, index: number): Uint8Array =>
  Uint8Array.of(0, 0, face === null && !isCut ? 0 : 64, 64, index);

/** A received picture whose distance to recording n is told, and which recordings' faces it was asked about. */
function reader(recordings: readonly Recorded[]): { reader: FingerprintReader; asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    reader: {
      compareScene: ({ 4: index = 0 }) => {
        const scene = recordings[index]?.scene ?? null;
        return scene === null
          ? null
          : { picture: scene, median: 1, tileDistances: Array.from({ length: 16 }, () => 1) };
      },
      compareFace: ({ 4: index = 0 }) => {
        asked.push(index);
        return recordings[index]?.face ?? null;
      },
    },
  };
}
const match = (recordings: readonly Recorded[]) =>
  matchPicture(reader(recordings).reader, recordings.map(print));

describe('a received picture beside what was recorded', () => {
  it('takes the nearest scene and the nearest face, which may be of the moments between', () => {
    expect(
      match([
        { scene: 9, face: 40 },
        { scene: null, face: 3 },
        { scene: 4, face: 20 },
      ]),
    ).toMatchObject({ picture: 4, face: 3 });
  });

  it('does not let a moment without a face stand in for one with a face', () => {
    expect(
      match([
        { scene: 1, face: null },
        { scene: 8, face: 60 },
      ]),
    ).toMatchObject({ picture: 1, face: 60 });
    expect(match([{ scene: 1, face: null }])).toMatchObject({ picture: 1, face: null, isFaceCut: false });
  });

  it('says so when a face was recorded that the picture does not wholly show', () => {
    const cut = { scene: 1, face: null, isCut: true };
    expect(match([cut])).toMatchObject({ face: null, isFaceCut: true });
    expect(match([{ scene: 9, face: null }, cut])).toMatchObject({ face: null, isFaceCut: true });
    expect(match([{ scene: 9, face: 4 }, cut])).toMatchObject({ face: 4, isFaceCut: false });
  });

  it('is nothing where nothing, or no scene, was recorded', () => {
    expect(match([])).toBeNull();
    expect(match([{ scene: null, face: 2 }])).toBeNull();
  });

  it('looks for the face outwards from the scene, and no further than it must', () => {
    const recordings = Array.from({ length: 20 }, (_, index) => ({ scene: index === 10 ? 0 : 9, face: 5 }));
    const seen = reader(recordings);
    matchPicture(seen.reader, recordings.map(print));
    expect(seen.asked).toEqual([10]);
    const moving = recordings.map((recorded, index) => ({ ...recorded, face: index === 12 ? 5 : 30 }));
    const looked = reader(moving);
    matchPicture(looked.reader, moving.map(print));
    expect(looked.asked).toEqual([10, 9, 11, 8, 12]);
  });

  it('leaves the faces alone where only the scene is asked for', () => {
    const seen = reader([{ scene: 7, face: 5 }]);
    expect(matchScene(seen.reader, [Uint8Array.of(0, 0, 64, 64, 0)])).toMatchObject({
      picture: 7,
      face: null,
    });
    expect(seen.asked).toEqual([]);
  });
});

describe('one picture', () => {
  const tiles = (...foreign: readonly number[]) =>
    Array.from({ length: 16 }, (_, tile) => (foreign.includes(tile) ? 25 : 2));
  const sound = { picture: 4, face: 5, isFaceCut: false, median: 2, tileDistances: tiles() };

  it.each([
    [sound, 'recorded'],
    [{ ...sound, face: null }, 'recorded'],
    [{ ...sound, face: null, isFaceCut: true }, 'face-cut'],
    [{ ...sound, tileDistances: tiles().slice(0, 6) }, 'recorded'],
    [{ ...sound, tileDistances: tiles().slice(0, 5) }, 'too-little'],
    [{ ...sound, median: null, tileDistances: [] }, 'too-little'],
    [{ ...sound, face: 120, tileDistances: tiles().slice(0, 5) }, 'face-differs'],
    [{ ...sound, tileDistances: tiles(3) }, 'recorded'],
    [{ ...sound, tileDistances: tiles(3, 4) }, 'tiles-differ'],
    [{ ...sound, face: 120, tileDistances: tiles(3, 4) }, 'face-differs'],
    [{ ...sound, face: 120, median: 30 }, 'picture-differs'],
    [{ ...sound, picture: 120 }, 'picture-differs'],
    [{ ...sound, face: 30, median: 8 }, 'unclear'],
    [{ picture: null, face: null, isFaceCut: true, median: null, tileDistances: [] }, 'nothing-to-compare'],
  ] as const)('%j is %s', (picture, judgement) => {
    expect(judgePicture(picture)).toBe(judgement);
  });

  it('names the tiles that stand out from the rest of it', () => {
    expect(alteredTiles({ median: 2, tileDistances: tiles(5, 6) })).toEqual([5, 6]);
    expect(alteredTiles({ median: 20, tileDistances: tiles(5, 6) })).toEqual([]);
    expect(alteredTiles({ median: null, tileDistances: [null] })).toEqual([]);
  });
});
