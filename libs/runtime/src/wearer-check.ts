import type { Box, FaceObservation, I420Frame } from '@guise/frame';
import type { FaceSight, WearerTemplate } from './ports.js';

/**
 * MobileFaceNet on 136 photographs of 57 people (8,413 impostor pairs), measured once before this code was written, no script
 * kept: false match rate 1 %, every genuine pair passes. Keeps an open gate open.
 */
export const WEARER_MATCH_COSINE = 0.345;
/** Same measurement: false match rate 0.1 %, 93 % of genuine pairs pass. One such value opens the gate. */
export const WEARER_OPEN_COSINE = 0.5;
/** This many values above {@link WEARER_MATCH_COSINE} in a row open it too: poses and light differ between them. */
export const WEARER_OPEN_STREAK = 3;
/** Below this it is somebody else; between this and the match threshold one second of doubt is granted. */
export const WEARER_OTHER_COSINE = 0.2;
export const WEARER_DOUBT_MS = 1_000;
/** A matching wearer is checked again after this time … */
export const WEARER_RECHECK_MS = 1_000;
/** … one that does not match (yet) after this … */
export const WEARER_RETRY_MS = 200;
/** … and a head turned further than this may put the check off, but never beyond {@link WEARER_VALID_MS}. */
export const WEARER_POSE_LIMIT_DEG = 30;
export const WEARER_VALID_MS = 2_000;
/**
 * From one frame to the next a face's box moves or changes size by no more than this part of it. What does may be
 * somebody else under the same track: the frame waits for a check, whatever was found before. In 1,197 steps of the
 * sample recordings a box moved by 3 % of its side at most and changed by 3 %.
 */
export const WEARER_JUMP_PART = 0.25;

export type WearerVerdict = 'match' | 'mismatch' | 'unchecked';

/** Compares the live face with the template of the person whom the permit names, 1:1, again and again. */
export interface WearerCheck {
  /** The verdict for this face now; runs the identity network only when a check is due. */
  check(frame: I420Frame, face: FaceObservation, timestampMs: number): Promise<WearerVerdict>;
  /** No face was seen for a frame. Whoever is seen next is checked at once, and no doubt is granted. */
  lost(): void;
  /** The face was lost for good or was not alone: whoever comes next is unchecked. */
  forget(): void;
}

export function createWearerCheck(sight: FaceSight, template: WearerTemplate): WearerCheck {
  let trackId: number | null = null;
  let verdict: WearerVerdict = 'unchecked';
  let checkedMs = Number.NEGATIVE_INFINITY;
  let doubtSinceMs: number | null = null;
  let streak = 0;
  /** Where the face was in the frame before; null: in none, or not in that one. */
  let lastBox: Box | null = null;

  const forget = () => {
    trackId = null;
    verdict = 'unchecked';
    checkedMs = Number.NEGATIVE_INFINITY;
    doubtSinceMs = null;
    streak = 0;
    lastBox = null;
  };

  const isDue = (face: FaceObservation, timestampMs: number): boolean => {
    const age = timestampMs - checkedMs;
    if (verdict !== 'match' || doubtSinceMs !== null) return age >= WEARER_RETRY_MS;
    if (age < WEARER_RECHECK_MS) return false;
    return !isTurnedAway(face) || age >= WEARER_VALID_MS;
  };

  const judge = (cosine: number, timestampMs: number, unbroken: boolean): WearerVerdict => {
    streak = cosine >= WEARER_MATCH_COSINE ? streak + 1 : 0;
    const wasMatch = verdict === 'match';
    if (cosine >= WEARER_OPEN_COSINE || streak >= WEARER_OPEN_STREAK || (wasMatch && streak > 0)) {
      doubtSinceMs = null;
      return 'match';
    }
    if (wasMatch && unbroken && cosine >= WEARER_OTHER_COSINE) {
      doubtSinceMs ??= timestampMs;
      if (timestampMs - doubtSinceMs < WEARER_DOUBT_MS) return 'match';
    }
    doubtSinceMs = null;
    // Not recognised yet is no accusation; clearly another face is.
    const accused = verdict === 'mismatch' || (wasMatch && unbroken);
    return cosine < WEARER_OTHER_COSINE || accused ? 'mismatch' : 'unchecked';
  };

  return {
    forget,
    lost() {
      lastBox = null;
    },
    async check(frame, face, timestampMs) {
      if (face.trackId !== trackId) {
        forget();
        trackId = face.trackId;
      }
      const unbroken = lastBox !== null && isContinuous(lastBox, face.box);
      lastBox = face.box;
      // Fair values of whoever was there before do not count for whoever is there now.
      if (!unbroken) streak = 0;
      const mustCheck = verdict === 'match' && !unbroken;
      if (!mustCheck && !isDue(face, timestampMs)) return verdict;
      const cosine = template.compareWearer(await sight.embed(frame, face));
      verdict = judge(Number.isFinite(cosine) ? cosine : -1, timestampMs, unbroken);
      checkedMs = timestampMs;
      return verdict;
    },
  };
}

function isContinuous(before: Box, now: Box): boolean {
  const size = Math.min(before.width, before.height);
  const dx = now.x + now.width / 2 - (before.x + before.width / 2);
  const dy = now.y + now.height / 2 - (before.y + before.height / 2);
  const grown = Math.max(now.width / before.width, now.height / before.height);
  const shrunk = Math.min(now.width / before.width, now.height / before.height);
  // Said this way round, a box that is no number is a break.
  return (
    Math.hypot(dx, dy) <= WEARER_JUMP_PART * size &&
    grown <= 1 + WEARER_JUMP_PART &&
    shrunk >= 1 / (1 + WEARER_JUMP_PART)
  );
}

function isTurnedAway({ pose }: FaceObservation): boolean {
  return Math.abs(pose.yawDeg) > WEARER_POSE_LIMIT_DEG || Math.abs(pose.pitchDeg) > WEARER_POSE_LIMIT_DEG;
}
