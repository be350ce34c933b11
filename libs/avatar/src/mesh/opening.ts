import { smoothstep } from './topology.js';
import { apertureBounds, insideBy, type Aperture } from './aperture.js';

/** A picture that holds an opening: its corner in the frame, its size, and that of its chroma. */
export interface OpeningGrid {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly chromaWidth: number;
}

/** Visits the pixels of an opening on the luma (step 1) or chroma (step 2) grid with the share its content takes. */
export function forOpening(
  layer: OpeningGrid,
  aperture: Aperture,
  step: 1 | 2,
  edgePx: number,
  visit: (index: number, u: number, v: number, share: number) => void,
): void {
  const width = step === 1 ? layer.width : layer.chromaWidth;
  const { x0, x1, y0, y1 } = apertureBounds(aperture, 0, layer, step);
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const dx = layer.x + (x + 0.5) * step - aperture.centreX;
      const dy = layer.y + (y + 0.5) * step - aperture.centreY;
      const u = (dx * aperture.axisX + dy * aperture.axisY) / aperture.widthPx;
      if (u < -0.5 || u > 0.5) continue;
      const v = dy * aperture.axisX - dx * aperture.axisY;
      const share = smoothstep(insideBy(aperture, u, v) / Math.max(1, edgePx));
      if (share > 0) visit(y * width + x, u, v, share);
    }
  }
}
