import { createDetector, createEpochChain, EPOCH_TAG_MIN_Z, fingerprint } from 'invisible-watermark-ts';
import { expect, it } from 'vitest';
import { CLIP_FPS, CLIP_SIZE, markFrames, sceneFrames } from '../testing/marked-clip.js';
import type { SessionEvidence } from './media-analyst.js';
import { knowSession, settleEpoch, type MarkedSecond, type TimedFrame } from './settle-epoch.js';

const KEY = new Uint8Array(32).fill(3);
const SESSION = 77;
const chain = createEpochChain(new Uint8Array(32).fill(4), 201);
const detector = createDetector({ key: KEY });

/** One picture every forty seconds of a session. */
const EPOCHS = [0, 40, 80, 120, 160, 200];
const pictures = sceneFrames('settled', EPOCHS.length).filter((_, index) => index % CLIP_FPS === 0);
const frames = pictures.map((picture, index): TimedFrame => {
  markFrames([picture], { key: KEY, session: SESSION, chain }, EPOCHS[index]);
  const luma = picture.data.subarray(0, CLIP_SIZE.width * CLIP_SIZE.height);
  return { luma, ...CLIP_SIZE, stride: CLIP_SIZE.width, timestampMs: 0 };
});

function knownWith(disclosed: SessionEvidence['disclosed']) {
  const epochs = frames.map((frame, index) => ({
    epoch: EPOCHS[index] ?? -1,
    fingerprints: [fingerprint(frame, null)],
  }));
  return knowSession({ number: SESSION, frame: CLIP_SIZE, disclosed, epochs });
}

/** A second whose mark names the session and no epoch. */
function undated(frame: TimedFrame | undefined): MarkedSecond {
  const read = frame === undefined ? [] : [frame];
  const second = {
    session: SESSION,
    confidenceLog10: -20,
    geometry: { ...CLIP_SIZE, toFrame: [0.5, 0, -0.25, 0, 0.5, -0.25] as const },
    sections: [],
    frames: read,
    read,
  };
  return second;
}

it('finds the epoch of an undated picture in a whole session when nothing is known of the time', () => {
  const known = knownWith({ epoch: 200, key: chain.keyOf(200) });
  frames.forEach((frame, index) => {
    const settled = settleEpoch(detector, known, undated(frame), null);
    expect(settled?.epoch).toBe(EPOCHS[index]);
    expect(settled?.tagZ).toBeGreaterThanOrEqual(EPOCH_TAG_MIN_Z);
  });
});

it('looks around the expected epoch only when there is one', () => {
  const known = knownWith(null);
  expect(settleEpoch(detector, known, undated(frames[3]), 139)).toMatchObject({ epoch: 120, tagZ: null });
  expect(settleEpoch(detector, known, undated(frames[3]), 141)).toBeNull();
});

it('settles on nothing for a picture that no epoch recorded', () => {
  const [other] = sceneFrames('another room', 1);
  if (other === undefined) throw new Error('no picture');
  const luma = other.data.subarray(0, CLIP_SIZE.width * CLIP_SIZE.height);
  const stranger = { luma, ...CLIP_SIZE, stride: CLIP_SIZE.width, timestampMs: 0 };
  expect(settleEpoch(detector, knownWith(null), undated(stranger), null)).toBeNull();
});
