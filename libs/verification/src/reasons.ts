import type { TimelineEntry } from '@guise/protocol';

/** Reasons behind a verdict, for `switch` and for translation. */
export const REASON_CODES = {
  'no-mark': 'No mark was found. This says nothing about where the picture comes from.',
  'mark-too-weak':
    'In a few single seconds the mark is too weak to read; the picture there is the recorded one, as in the seconds around.',
  'partly-proved': 'Only part of the recording is proved.',
  'partly-unmarked': 'Part of the recording carries no mark; only the marked seconds are proved.',
  'shows-more':
    'The recording shows more than the marked picture; the rest of it is not vouched for. Send a cut of the marked picture alone.',
  'too-little-compared':
    'Too little of the picture is left to compare with the evidence. Send the whole picture.',
  'face-cut': 'The face that the device recorded is not wholly in the picture. Send the whole picture.',
  sampled:
    'Not every second was looked at; the verdict says nothing about the others. Ask for the whole to be read, or send a cut.',
  'session-unknown': 'The mark names a session that this authority never opened.',
  'records-erased':
    'What proves this session was erased with a person it is about: whether it was permitted, nobody can say any more.',
  'several-sessions':
    'The recording shows several sessions. Each has a proof of its own; the facts are those of the one seen most.',
  'epoch-unreadable': 'The mark was found, but not the second in which the picture was made.',
  'evidence-missing': 'The device left no evidence for this second: its picture was never accounted for.',
  'evidence-pending': 'The session still runs and the evidence for this second has not arrived.',
  'slate-second': 'In this second the device showed the slate only, so a marked picture cannot be from it.',
  'permit-not-in-force': 'No permit was in force in this second.',
  'consent-not-in-force': 'The consent was not in force in this second.',
  'approval-not-in-force': 'The avatar was not approved and active in this second.',
  'device-not-in-force': 'The device was not paired, or revoked, in this second.',
  'picture-differs': 'The picture is not the one that the device rendered in this second.',
  'face-differs': 'The face is not the one that the device rendered in this second.',
  'pictures-mixed': 'Some pictures of this second are what the device rendered, others are not.',
  'slate-between':
    'The device showed the slate close to this second: its other pictures cannot be told apart.',
  'picture-unclear': 'The picture was treated too harshly to tell whether it is the recorded one.',
  'tiles-differ': 'Parts of the picture are not what the device rendered.',
  'tag-mismatch': 'The epoch tag does not verify under the disclosed key.',
  'tag-undisclosed': 'The key of this second is not disclosed yet; the picture itself matches the evidence.',
  'nothing-to-compare': 'There is no fingerprint to compare this picture with.',
  'single-second-differs':
    'Single seconds or tiles differ from the evidence, but not steadily: too little to call the recording altered.',
  proved: 'Marked, permitted, consented, approved and matching the evidence.',
} as const;
export type ReasonCode = keyof typeof REASON_CODES;

/** Judgement of one second. */
export interface SecondVerdict {
  readonly entry: TimelineEntry;
  readonly reason: ReasonCode;
}
