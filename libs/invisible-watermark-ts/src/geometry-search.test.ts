import { expect, test } from 'vitest';
import { ChipGrid } from './chip-grid.js';
import { GeometrySearch } from './geometry-search.js';
import { deriveLayers } from './layers.js';
import { galleryMaps } from './search-space.js';
import { sceneClip, TEST_KEY } from './testing/marked-scene.js';
import { FrameWindow, GridReaders } from './window.js';

const SIZE = { width: 1280, height: 720 };
const TILE = { width: 640, height: 360 };

test('a tile of a plain gallery is proposed just where the layout puts it, then where its pilot draws it', () => {
  const [, topRight] = galleryMaps(SIZE);
  const { pilot } = deriveLayers(TEST_KEY);
  const candidates = new GeometrySearch(new ChipGrid(pilot), pilot).candidates(galleryWindow(), 'scaled');
  const usual = [...until(candidates, ({ isUsual }) => isUsual === true)].at(-1);
  expect(usual?.toFrame).toEqual(topRight);
  const next = candidates.next();
  const moved: readonly number[] = next.done === true ? [] : next.value.toFrame;
  expect(moved).not.toEqual(topRight);
  moved.forEach((value, i) => {
    expect(value).toBeCloseTo(topRight?.[i] ?? Number.NaN, i % 3 === 2 ? 0 : 1);
  });
}, 180_000);

/** A grey frame whose top right quarter shows a marked scene. */
function galleryWindow(): FrameWindow {
  const luma = new Uint8Array(SIZE.width * SIZE.height).fill(128);
  const [tile] = sceneClip({ ...TILE, seed: 3, frames: 1, marked: true });
  for (let y = 0; y < TILE.height; y++)
    luma.set(tile?.luma.subarray(y * TILE.width, (y + 1) * TILE.width) ?? [], y * SIZE.width + TILE.width);
  return new FrameWindow([{ ...SIZE, luma, stride: SIZE.width }], new GridReaders());
}

/** What comes up to and including the first that is wanted; the rest can still be taken. */
function* until<T>(items: Iterator<T>, isWanted: (item: T) => boolean): Generator<T> {
  for (let next = items.next(); next.done !== true; next = items.next()) {
    yield next.value;
    if (isWanted(next.value)) return;
  }
}
