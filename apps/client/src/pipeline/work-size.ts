import type { Fit, PictureSize } from '@guise/media';

/** Largest picture that is worked at unless the user asks for more. */
const MAX: PictureSize = { width: 1920, height: 1080 };
/** Below this a face has too few pixels for the mark and the label to last. */
const MIN_SHORT_SIDE = 240;

/** The recording's own size: even, at most 1920×1080, small ones enlarged. */
export function chooseWorkSize(display: PictureSize): PictureSize {
  const shrink = Math.min(1, MAX.width / display.width, MAX.height / display.height);
  const grow = Math.max(1, MIN_SHORT_SIDE / Math.min(display.width, display.height));
  const scale = shrink < 1 ? shrink : Math.min(grow, MAX.width / display.width, MAX.height / display.height);
  return { width: even(display.width * scale), height: even(display.height * scale) };
}

/** Share of the picture that may be cut away to fill another shape: 4:3 into 16:9 cuts a quarter, as meeting clients do. */
const MAX_CUT = 0.26;

/** Filling the picture looks better than bars, until it costs too much of it. */
export function chooseFit(display: PictureSize, size: PictureSize): Fit {
  const [from, to] = [display.width / display.height, size.width / size.height];
  return 1 - Math.min(from, to) / Math.max(from, to) <= MAX_CUT ? 'cover' : 'contain';
}

function even(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}
