/**
 * What a person reads before they release or sign anything (BIPA written release, GDPR Art. 9 and 13). Its SHA-256 and
 * locale are stored with what was signed; a changed text is a new notice.
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

const ENGLISH_CONSENT = `Consenting to an avatar of you

What it means. The persons you name may appear in meetings with this one picture of you, or artwork that stands for you,
animated by their own face and voice. They may do so only for the purposes, before the audience, in the meetings and in
the time that the statement says. Every frame carries a visible label and a hidden, signed mark, so that anyone can check
afterwards that you allowed it. One version of the picture is meant, to the byte: another picture needs another consent.

What is stored. The statement you sign and your signature, for as long as recordings of the meetings may have to be
checked; they cannot be changed by anyone. A permanent log keeps proof of them. You can download a signed receipt, and
everything that is held about you.

Changing your mind. You can withdraw at any time, with one call or click, without giving a reason; the picture is then
gone from running meetings within seconds. You can also replace this consent by a narrower or wider one. Two admins must
approve before the picture can be worn, and again after every change.

Your choice. This is voluntary. Whoever does not consent takes part in meetings with the camera, with a picture, or with
the camera off, without any disadvantage; nobody may ask you for a reason.`;

/** The notices of the enrolment in force, best language first. */
export const ENROLMENT_NOTICES: readonly Notice[] = [{ locale: 'en', text: ENGLISH }];
/** The notices of a consent in force, best language first. */
export const CONSENT_NOTICES: readonly Notice[] = [{ locale: 'en', text: ENGLISH_CONSENT }];
