import { describe, expect, it } from 'vitest';
import {
  records,
  matching,
  placed,
  pasted,
  foreign,
  swapped,
  eight,
  seen,
  recording,
  clip,
  judge,
  expectVerdict,
} from './testing/observations.js';
import type { PictureMatch } from './picture-match.js';

describe('the pictures of a recording', () => {
  it('is altered when a mark was copied onto another picture, valid tag or not', () => {
    expectVerdict(judge(clip({ pictures: eight(foreign) })), 'altered', 'picture-differs');
    expectVerdict(judge([seen(0, { pictures: [foreign] })]), 'altered', 'picture-differs');
    expectVerdict(judge(clip({ pictures: eight(foreign), epochTagZ: null })), 'altered', 'picture-differs');
  });

  it('is altered when a face was pasted in, and names the tiles', () => {
    const decision = judge(clip({ pictures: eight(pasted) }));
    expectVerdict(decision, 'altered', 'tiles-differ');
    expect(decision.timeline[0]?.entry.alteredTiles).toEqual([0, 1, 2, 3]);
  });

  it('is altered when only the face is another one, however well it is fitted in', () => {
    const decision = judge(clip({ pictures: eight(swapped) }));
    expectVerdict(decision, 'altered', 'face-differs');
    expect(decision.timeline[0]?.entry).toMatchObject({ faceDistance: 45, fingerprintDistance: 2 });
    expectVerdict(judge([seen(0, { pictures: [swapped] })]), 'altered', 'face-differs');
  });

  it.each([
    ['picture', 16, 24, 32],
    ['face', 16, 18, 20],
    ['median', 6, 10, 14],
  ] as const)(
    'stays inconclusive between the recorded %s and another one',
    (part, recorded, unclear, other) => {
      const at = (distance: number) => clip({ pictures: eight({ ...matching, [part]: distance }) });
      expectVerdict(judge(at(recorded)), 'authorised', 'proved');
      expectVerdict(judge(at(unclear)), 'inconclusive', 'picture-unclear');
      expect(judge(at(other)).verdict).toBe('altered');
    },
  );

  it('is content with most pictures being clear, as long as none is foreign', () => {
    const unclear: PictureMatch = { ...matching, face: 18 };
    expectVerdict(judge(clip({ pictures: eight(matching, [unclear, unclear]) })), 'authorised', 'proved');
    expectVerdict(
      judge(clip({ pictures: eight(matching, [unclear, unclear, unclear]) })),
      'inconclusive',
      'picture-unclear',
    );
  });

  it('vouches for no picture of which too little was received', () => {
    const kept = (count: number): PictureMatch => ({
      ...matching,
      picture: null,
      tileDistances: matching.tileDistances.map((d, i) => (i < count ? d : null)),
    });
    // Of the picture the upper two fifths were received.
    const region = placed(0, 0, 1, 2.4);
    expectVerdict(judge(clip({ pictures: eight(kept(6)), region })), 'authorised', 'proved');
    expectVerdict(judge(clip({ pictures: eight(kept(5)), region })), 'inconclusive', 'too-little-compared');
    // One such picture in eight is enough: how a picture was cut is no accident of a codec.
    expectVerdict(
      judge(clip({ pictures: eight(matching, [kept(5)]) })),
      'inconclusive',
      'too-little-compared',
    );
    const faceOnly = { ...matching, picture: null, face: 5, tileDistances: [], median: null };
    expectVerdict(judge(clip({ pictures: eight(faceOnly) })), 'inconclusive', 'too-little-compared');
    expectVerdict(judge(clip({ pictures: eight({ ...faceOnly, face: 60 }) })), 'altered', 'face-differs');
    const nothing = { ...faceOnly, face: null };
    expectVerdict(judge(clip({ pictures: eight(nothing) })), 'inconclusive', 'nothing-to-compare');
    expectVerdict(
      judge(clip({ pictures: eight(matching, [nothing]) })),
      'inconclusive',
      'nothing-to-compare',
    );
  });

  it('vouches for no face that was recorded and is cut away; where none was recorded, the scene is enough', () => {
    const without = { ...matching, face: null };
    expectVerdict(judge(clip({ pictures: eight(without) })), 'authorised', 'proved');
    const cut = { ...without, isFaceCut: true };
    expectVerdict(judge(clip({ pictures: eight(cut) })), 'inconclusive', 'face-cut');
    expectVerdict(judge(clip({ pictures: eight(matching, [cut]) })), 'inconclusive', 'face-cut');
  });

  it('lets no genuine picture vouch for another one in its second', () => {
    for (const other of [foreign, swapped]) {
      // Six of eight pictures are genuine: two are enough, in every second of the recording or in two of them.
      const mixed = eight(matching, [other, other]);
      expectVerdict(judge(clip({ pictures: mixed })), 'altered', 'pictures-mixed');
      const twice = recording(12, (s) => (s === 3 || s === 9 ? seen(s, { pictures: mixed }) : null));
      expectVerdict(judge(twice), 'altered', 'pictures-mixed');
      const once = recording(12, (s) => (s === 3 ? seen(s, { pictures: mixed }) : null));
      expectVerdict(judge(once), 'inconclusive', 'single-second-differs');
      // One picture may be a slip of the decoder: nothing is claimed either way.
      const slip = clip({ pictures: eight(matching, [other]) });
      expectVerdict(judge(slip), 'inconclusive', 'pictures-mixed');
    }
    expectVerdict(judge(clip({ pictures: eight(swapped, [matching, matching]) })), 'altered', 'face-differs');
  });

  it('does not accuse where the slate came between, nor authorise it', () => {
    const epochs = new Map(
      [...records().epochs].map(([epoch, record]) => [epoch, { ...record, hasSlate: epoch === 11 }]),
    );
    const mixed = recording(4, (s) => (s <= 2 ? seen(s, { pictures: eight(matching, [foreign]) }) : null));
    expectVerdict(judge(mixed, records({ epochs })), 'inconclusive', 'slate-between');
    const mostly = recording(4, (s) => (s <= 2 ? seen(s, { pictures: eight(foreign) }) : null));
    expectVerdict(judge(mostly, records({ epochs })), 'inconclusive', 'slate-between');
    expectVerdict(judge(clip(), records({ epochs })), 'authorised', 'proved');
  });

  it('does not call a recording altered for one second, nor authorised', () => {
    const decision = judge([seen(0), seen(1), seen(2, { pictures: eight(foreign) }), seen(3)]);
    expectVerdict(decision, 'inconclusive', 'single-second-differs');
  });

  it('does not accuse for tiles that differ here and there, as harsh compression makes them', () => {
    const noisy = (foreignTiles: readonly number[]) =>
      eight({
        ...matching,
        tileDistances: matching.tileDistances.map((d, i) => (foreignTiles.includes(i) ? 20 : d)),
      });
    const wandering = [
      [0, 5],
      [9, 14],
      [3, 7],
      [11, 2],
    ].map((stray, i) => seen(i, { pictures: noisy(stray) }));
    expectVerdict(judge(wandering), 'inconclusive', 'single-second-differs');
    const steady = [
      [0, 5],
      [0, 5],
      [3, 7],
      [11, 2],
    ].map((stray, i) => seen(i, { pictures: noisy(stray) }));
    expectVerdict(judge(steady), 'altered', 'tiles-differ');
  });

  it('finds half a foreign picture, also where the median is in doubt', () => {
    const half: PictureMatch = {
      ...matching,
      tileDistances: matching.tileDistances.map((d, i) => (i < 8 ? 24 : d)),
      median: 8,
    };
    expectVerdict(judge([seen(0, { pictures: [half] })]), 'altered', 'tiles-differ');
  });
});
