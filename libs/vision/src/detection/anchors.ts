/** Centres of the detector's anchors in units of the input side, x and y interleaved. */
function gridCentres(cells: number, perCell: number): number[] {
  const centres: number[] = [];
  for (let y = 0; y < cells; y++) {
    for (let x = 0; x < cells; x++) {
      for (let k = 0; k < perCell; k++) centres.push((x + 0.5) / cells, (y + 0.5) / cells);
    }
  }
  return centres;
}

/** BlazeFace short range: 16×16 cells with 2 anchors, then 8×8 cells with 6 (896). */
export const SHORT_RANGE_ANCHORS: Float32Array = Float32Array.from([
  ...gridCentres(16, 2),
  ...gridCentres(8, 6),
]);

/** BlazeFace full range: 48×48 cells with one anchor (2304). */
export const FULL_RANGE_ANCHORS: Float32Array = Float32Array.from(gridCentres(48, 1));
