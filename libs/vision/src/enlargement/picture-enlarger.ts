import { MAX_FRAME_SIDE, toByte, type RgbImage } from '@guise/frame';
import { VisionError } from '../errors.js';
import { Network } from '../network.js';
import type { ModelSource } from '../types.js';
import { tilesOf, type Tile, type Tiling } from './tiles.js';

/** A network that makes a picture twice as large, and sharper than an interpolation does. */
export interface PictureEnlarger {
  /**
   * A picture of twice the sides. The memory it takes beside both pictures is that of one tile, whatever their size.
   * @param onTile told how many tiles are done, of how many
   * @throws VisionError `bad-frame` when the result would have a side above `MAX_FRAME_SIDE`, `bad-model`
   */
  enlarge(picture: RgbImage, onTile?: (done: number, of: number) => void): Promise<RgbImage>;
  close(): Promise<void>;
}

const FACTOR = 2;
/**
 * Its convolutions one after another (3×3, once 5×5, and 3×3 at twice the size) see nine and a half pixels each way and no further:
 * tiles with a margin of ten fit each other exactly.
 */
const TILING: Tiling = { side: 128, margin: 10 };

/** Opens the model of role `picture-enlargement`. @throws ModelError when it is missing, not the manifest's, or refused by policy */
export async function openPictureEnlarger(registry: ModelSource): Promise<PictureEnlarger> {
  const { side } = TILING;
  const network = await Network.open(registry, 'picture-enlargement', [1, side, side, 3]);
  return {
    async enlarge(picture, onTile = () => undefined) {
      checkPicture(picture);
      const [width, height] = [FACTOR * picture.width, FACTOR * picture.height];
      const enlarged = { width, height, data: new Uint8Array(width * height * 3) };
      const tiles = tilesOf(picture.width, picture.height, TILING);
      for (const [index, tile] of tiles.entries()) {
        await network.run(
          (input) => {
            readTile(picture, tile, input);
          },
          (outputs) => {
            writeTile(outputs('SR'), tile, enlarged);
          },
        );
        onTile(index + 1, tiles.length);
      }
      return enlarged;
    },
    close: () => network.close(),
  };
}

function checkPicture({ width, height, data }: RgbImage): void {
  const fits = [width, height].every(
    (side) => Number.isInteger(side) && side >= 1 && FACTOR * side <= MAX_FRAME_SIDE,
  );
  if (!fits || data.length !== width * height * 3)
    throw new VisionError(
      'bad-frame',
      `A picture of ${width}×${height} cannot be enlarged: its sides may have ${MAX_FRAME_SIDE / FACTOR} pixels at most.`,
    );
}

/** RGB 0 … 255 with the surroundings; beyond the picture its edge goes on. */
function readTile({ width, height, data }: RgbImage, tile: Tile, input: Float32Array): void {
  const { side, margin } = TILING;
  let to = 0;
  for (let row = 0; row < side; row++) {
    const y = Math.max(0, Math.min(height - 1, tile.y + row - margin));
    for (let column = 0; column < side; column++) {
      const x = Math.max(0, Math.min(width - 1, tile.x + column - margin));
      const from = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) input[to++] = data[from + c] ?? 0;
    }
  }
}

function writeTile(output: Float32Array, tile: Tile, enlarged: RgbImage): void {
  const { side, margin } = TILING;
  if (output.length !== (FACTOR * side) ** 2 * 3 || !output.every(Number.isFinite))
    throw new VisionError('bad-model', 'The enlarging network gave no picture.');
  for (let row = 0; row < FACTOR * tile.height; row++) {
    let from = ((row + FACTOR * margin) * FACTOR * side + FACTOR * margin) * 3;
    let to = ((row + FACTOR * tile.y) * enlarged.width + FACTOR * tile.x) * 3;
    for (let i = 0; i < FACTOR * tile.width * 3; i++) enlarged.data[to++] = toByte(output[from++] ?? 0);
  }
}
