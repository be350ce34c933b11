import { admitOpenMouth, admitTurned, AvatarError } from '@guise/avatar';
import { SAME_FACE_COSINE } from '@guise/identity';
import { cosineSimilarity, type Vision } from '@guise/vision';
import { CliError } from '../cli-error.js';
import { portraitFromPicture, type FurtherView, type ViewRole } from './build-bundle.js';
import { FACE_ONLY, WHOLE_PORTRAIT, type Portrait, type Room } from './cut-out.js';

interface ViewRule {
  readonly shows: string;
  readonly room: Room;
  readonly admit: (picture: Portrait['frame'], landmarks: Float32Array) => void;
}

const RULES: Readonly<Record<ViewRole, ViewRule>> = {
  'mouth-open': { shows: 'an open mouth', room: WHOLE_PORTRAIT, admit: admitOpenMouth },
  'turned-left': {
    shows: 'the head turned to its own left',
    room: FACE_ONLY,
    admit: (picture, landmarks) => {
      admitTurned(picture, landmarks, 'left');
    },
  },
  'turned-right': {
    shows: 'the head turned to its own right',
    room: FACE_ONLY,
    admit: (picture, landmarks) => {
      admitTurned(picture, landmarks, 'right');
    },
  },
};

/**
 * A further view of the same face, from a picture: as like as the authority wants it when the bundle is drafted.
 * @throws CliError `badInput` unless it shows exactly one face, what the role says, and the portrait's
 */
export async function viewFromPicture(
  vision: Vision,
  role: ViewRole,
  file: string,
  portrait: Portrait,
): Promise<FurtherView> {
  const { shows, room, admit } = RULES[role];
  const view = await portraitFromPicture(vision, file, room);
  try {
    admit(view.frame, view.landmarks);
  } catch (error) {
    if (!(error instanceof AvatarError)) throw error;
    throw new CliError('badInput', `${file} does not do as ${shows}`, error.message, [], { cause: error });
  }
  const [own, other] = await Promise.all([portrait, view].map((of) => embeddingOf(vision, of)));
  if (own === undefined || other === undefined || cosineSimilarity(own, other) < SAME_FACE_COSINE)
    throw new CliError(
      'badInput',
      `${file} does not show the face of the portrait`,
      'Use a picture of the same face in similar light.',
    );
  return { role, portrait: view };
}

async function embeddingOf(vision: Vision, { frame }: Portrait): Promise<Float32Array | undefined> {
  const [face] = await vision.detectFaces(frame);
  return face === undefined ? undefined : vision.embed(frame, face);
}
