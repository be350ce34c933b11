/**
 * The notice of the enrolment (BIPA written release, GDPR Art. 9): read and released before any capture. Its SHA-256 and
 * locale are stored with the release; a changed text is a new notice.
 */
export interface Notice {
  readonly locale: string;
  readonly text: string;
}

const ENGLISH = `Registering your own face

What happens. You record a short video of your face. This authority checks that a live person is before the camera, that
it is one and the same person throughout, and that nobody else has registered this face. From the video it computes 192
numbers that describe your face, turns them with a secret key, and stores only the turned numbers. The video is deleted
as soon as it is judged, also when it is refused. No picture of you is stored here.

What it is for. So that nobody else can register your face, so that an avatar of you can be recognised as yours and needs
your consent, and so that your devices can check that it is you before the camera. Nothing else: no mood, no health, no
attendance is read from it.

How long. Until you erase it, which you can do yourself at any time; the stored numbers are then overwritten and every
avatar that shows you is withdrawn. A permanent log keeps that a face was registered and erased, but nothing of the face.

Your choice. This is voluntary. Whoever does not register takes part in meetings with the camera, or with a picture, or
with the camera off, without any disadvantage. You can withdraw at any time, without giving a reason, with effect at once.

By signing in and going on you confirm that you have read this and release the recording for these purposes.`;

/** The notices in force, best language first. */
export const ENROLMENT_NOTICES: readonly Notice[] = [{ locale: 'en', text: ENGLISH }];
