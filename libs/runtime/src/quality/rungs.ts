/** From the best picture down: every rung keeps what those before it gave up (DESIGN §9). */
export const QUALITY_RUNGS = [
  'full',
  /** No neural enhancement of the face; noise stays in the camera's picture. Fill light stays, too: faces in the dark are seen by it. */
  'no-enhancement',
  /** The light on the face stays as it was last found. */
  'held-light',
  /** A face that stands still is measured in every second frame; its movement is carried on in between. */
  'half-tracking',
  /** Drawn at half the width and height, and enlarged. Label and mark keep their size. */
  'half-size',
  /** Every second frame, then every fourth. */
  'half-rate',
  'quarter-rate',
  /** Nothing is drawn any more: the slate, until the machine has time again. */
  'slate',
] as const;
export type QualityRung = (typeof QUALITY_RUNGS)[number];

/** What a rung asks of the steps of a frame. */
export interface QualitySettings {
  readonly enhances: boolean;
  readonly followsLight: boolean;
  /** A still face may be measured in every second frame only. */
  readonly sparesTracking: boolean;
  readonly drawsHalfSize: boolean;
  /** One frame of so many is processed. */
  readonly frameEvery: 1 | 2 | 4;
  readonly showsSlate: boolean;
}

export function settingsOf(rung: QualityRung): QualitySettings {
  const at = QUALITY_RUNGS.indexOf(rung);
  const isAbove = (other: QualityRung): boolean => at < QUALITY_RUNGS.indexOf(other);
  return {
    enhances: isAbove('no-enhancement'),
    followsLight: isAbove('held-light'),
    sparesTracking: !isAbove('half-tracking'),
    drawsHalfSize: !isAbove('half-size'),
    frameEvery: isAbove('half-rate') ? 1 : isAbove('quarter-rate') ? 2 : 4,
    showsSlate: !isAbove('slate'),
  };
}

export const FULL_QUALITY: QualitySettings = settingsOf('full');

/** What a session has to give up; the other rungs always exist. */
export interface Dispensable {
  readonly enhancement: boolean;
  readonly light: boolean;
  readonly size: boolean;
}

/** The rungs of a session, without those that would change nothing. */
export function rungsOf({ enhancement, light, size }: Dispensable): readonly QualityRung[] {
  const exists: Partial<Record<QualityRung, boolean>> = {
    'no-enhancement': enhancement,
    'held-light': light,
    'half-size': size,
  };
  return QUALITY_RUNGS.filter((rung) => exists[rung] ?? true);
}
