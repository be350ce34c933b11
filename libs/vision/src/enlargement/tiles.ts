/** How a picture of any size goes through a network of one size, piece by piece. */
export interface Tiling {
  /** Side of what the network takes, pixels. */
  readonly side: number;
  /** Pixels at each edge of a tile that only give the rest its surroundings. */
  readonly margin: number;
}

/** The part of the picture that one tile answers for; its surroundings begin `margin` further left and up. */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Every pixel of the picture belongs to exactly one tile. */
export function tilesOf(width: number, height: number, { side, margin }: Tiling): readonly Tile[] {
  const step = side - 2 * margin;
  const tiles: Tile[] = [];
  for (let y = 0; y < height; y += step)
    for (let x = 0; x < width; x += step)
      tiles.push({ x, y, width: Math.min(step, width - x), height: Math.min(step, height - y) });
  return tiles;
}
