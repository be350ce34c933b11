import type { Box, I420Frame } from '@guise/frame';
import type { FrameFacts } from './gate.js';
import type { LeakGuard } from './leak-guard.js';
import type { FaceSight, WearerTemplate } from './ports.js';
import { createPresenceJudge } from './presence.js';
import { createSparedTracking } from './quality/spared-tracking.js';
import type { StageTimes } from './stage-times.js';
import { createWearerCheck, type WearerVerdict } from './wearer-check.js';

export interface PeopleWatchOptions {
  readonly sight: FaceSight;
  readonly wearer: WearerTemplate;
  /** Is told of every face that was seen. */
  readonly leaks: Pick<LeakGuard, 'remember'>;
  readonly times: StageTimes;
  readonly onFault: (error: unknown) => void;
}

/** Who sits before the camera, from frame to frame. */
export interface PeopleWatch {
  /** Where the largest face was in the frame that was looked at last; null when none was seen. */
  readonly largest: Box | null;
  /** Who is in the picture, and is it the wearer? A failing network sees nobody and recognises nobody. */
  look(camera: I420Frame, timestampMs: number, sparesTracking: boolean): Promise<FrameFacts>;
  /** Begins to look for the faces of the next frame. What they are is judged when that frame is looked at, in its turn. */
  foresee(camera: I420Frame, timestampMs: number, sparesTracking: boolean): void;
  /** Nobody watched who sat there: whoever is seen next is a stranger. */
  forget(): void;
}

export function createPeopleWatch({
  sight,
  wearer: template,
  leaks,
  times,
  onFault,
}: PeopleWatchOptions): PeopleWatch {
  const presenceJudge = createPresenceJudge();
  const tracking = createSparedTracking(
    sight.looksAside === true
      ? { track: (...frame) => times.timeAsync('sight', () => sight.track(...frame)) }
      : sight,
  );
  const check = createWearerCheck(sight, template);
  let wearer: WearerVerdict = 'unchecked';
  let largest: Box | null = null;

  const forget = () => {
    check.forget();
    wearer = 'unchecked';
  };

  const look = async (camera: I420Frame, timestampMs: number, spares: boolean): Promise<FrameFacts> => {
    const faces = await times.timeAsync('track', () => tracking.track(camera, timestampMs, spares));
    leaks.remember(camera, faces);
    largest = faces[0]?.box ?? null;
    const presence = presenceJudge.judge(faces, timestampMs);
    if (presence.kind === 'one-face') {
      wearer = await times.timeAsync('wearer', () => check.check(camera, presence.face, timestampMs));
    } else if (presence.kind === 'hold') check.lost();
    else forget();
    return { presence, wearer };
  };

  return {
    get largest() {
      return largest;
    },
    foresee(camera, timestampMs, spares) {
      tracking.foresee(camera, timestampMs, spares);
    },
    forget() {
      largest = null;
      tracking.forget();
      forget();
    },
    async look(camera, timestampMs, sparesTracking) {
      try {
        return await look(camera, timestampMs, sparesTracking);
      } catch (error) {
        onFault(error);
        largest = null;
        tracking.forget();
        forget();
        return { presence: { kind: 'no-face' }, wearer: 'unchecked' };
      }
    },
  };
}
