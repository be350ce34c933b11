import type { CaptureRefusalCode } from './types.js';

/** What the person can do about each refusal. */
export const ADVICE: Readonly<Record<CaptureRefusalCode, string>> = {
  'too-short': 'Record a little longer: at least four seconds.',
  'too-few-frames': 'The recording has too few pictures. Use a camera with at least ten pictures a second.',
  'no-face': 'Keep your face before the camera the whole time, with light from the front.',
  'several-faces': 'Record alone: another face was in the picture.',
  'face-too-small': 'Move closer to the camera.',
  'face-out-of-picture': 'Keep your whole face, from chin to forehead, in the picture.',
  'not-one-person': 'The recording seems to show more than one person. Record again, alone.',
  'too-few-identity-samples': 'Your face was not seen clearly often enough. Record again in better light.',
  'still-picture': 'Nothing moves in the recording. Record yourself live, not a picture.',
  'flat-face': 'Turn your head slowly to the left and to the right while you look towards the camera.',
  'no-natural-motion': 'Turn your head a little, blink, and say a sentence while you record.',
  'spoof-suspected':
    'The recording looks like a screen or a print. Record in daylight, without filters or virtual cameras.',
  'no-frontal-view': 'Look straight into the camera for a moment, eyes open and mouth closed.',
};
