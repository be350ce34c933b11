import type { AvatarKind, Likeness, PolicyDocument } from '@guise/protocol';
import type { Actor, AvatarCase } from './avatar-case.js';
import { requireState, type Decision } from './decision.js';
import { ConsentError } from './errors.js';
import { requireKind } from './policy.js';
import type { RuleId } from './rules.js';

/** What an avatar is declared to be. */
export interface Draft {
  readonly kind: AvatarKind;
  readonly likeness: Likeness;
  readonly subject: string;
}

/** What the faces in a bundle's pictures, the views included, were found to be. */
export interface PictureFacts {
  /** The subject has an active source face. */
  readonly subjectEnrolled: boolean;
  /** Every picture's face matches the subject's source face 1:1. */
  readonly matchesSubject: boolean;
  /** Some picture's face matches any registered source face (1:N). */
  readonly matchesAnyone: boolean;
  /** Every further view shows the face of the picture; true where there are none. */
  readonly viewsShowPicture: boolean;
}

/**
 * Decides who may declare what, before the picture is looked at.
 * @returns the rules that allowed it
 * @throws ConsentError
 */
export function decideDraft(drafter: Actor, draft: Draft, policy: PolicyDocument): readonly RuleId[] {
  requireKind(draft.kind, policy);
  return ['policy-allows-kind', ...decideDrafter(drafter, draft)];
}

function decideDrafter(drafter: Actor, draft: Draft): readonly RuleId[] {
  switch (draft.kind) {
    case 'own-face':
      if (draft.likeness !== 'person') throw new ConsentError('bad-request', 'own-face-shows-person');
      if (draft.subject !== drafter.id)
        throw new ConsentError('not-the-subject', 'own-face-drafted-by-owner');
      return ['own-face-shows-person', 'own-face-drafted-by-owner'];
    case 'executive':
      requireAdmin(drafter);
      return ['admin-drafts'];
    case 'stylised':
      requireAdmin(drafter);
      if (draft.likeness !== 'artwork') throw new ConsentError('bad-request', 'stylised-shows-artwork');
      return ['admin-drafts', 'stylised-shows-artwork'];
  }
}

/**
 * Decides whether the pictures are what the draft declares.
 * @returns the rules that allowed it
 * @throws ConsentError
 */
export function decidePicture(draft: Draft, facts: PictureFacts): readonly RuleId[] {
  if (!facts.viewsShowPicture) throw new ConsentError('bundle-face-mismatch', 'views-show-picture');
  if (draft.likeness === 'artwork') {
    if (facts.matchesAnyone) throw new ConsentError('bundle-face-owned-by-other', 'artwork-matches-nobody');
    return ['views-show-picture', 'artwork-matches-nobody'];
  }
  if (!facts.subjectEnrolled) throw new ConsentError('source-face-missing', 'subject-has-source-face');
  if (!facts.matchesSubject) throw new ConsentError('bundle-face-mismatch', 'likeness-matches-subject');
  return ['views-show-picture', 'subject-has-source-face', 'likeness-matches-subject'];
}

/**
 * Decides that a draft goes to its subject. A subject who drafted it is asked as well: drafting is not consenting.
 * @throws ConsentError
 */
export function decideSubmission(avatar: AvatarCase, drafter: Actor): Decision<null> {
  if (drafter.id !== avatar.draftedBy) throw new ConsentError('forbidden', 'drafter-submits');
  requireState(avatar, ['draft']);
  return {
    made: null,
    next: { ...avatar, state: 'awaiting-consent' },
    rules: ['drafter-submits', 'state-allows'],
  };
}

function requireAdmin(drafter: Actor): void {
  if (!drafter.roles.includes('admin')) throw new ConsentError('forbidden', 'admin-drafts');
}
