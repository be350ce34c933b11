import type { Actor, AvatarCase } from './avatar-case.js';
import type { Decision } from './decision.js';
import { ConsentError } from './errors.js';

/**
 * Decides that the likeness of an avatar is destroyed: a draft by its drafter, one that has ended by its subject, its
 * drafter, or by time (`by` is null). There is no way back from it.
 * @throws ConsentError
 */
export function decideErasure(avatar: AvatarCase, by: Actor | null): Decision<null> {
  const concerned = by === null || by.id === avatar.draftedBy || by.id === avatar.subject;
  if (!concerned) throw new ConsentError('forbidden', 'subject-or-drafter-erases');
  const ended = avatar.state === 'withdrawn' || avatar.state === 'expired';
  const discarded = avatar.state === 'draft' && by?.id === avatar.draftedBy;
  if (!ended && !discarded) throw new ConsentError('avatar-state', 'only-ended-erased');
  return {
    made: null,
    next: { ...avatar, state: 'erased' },
    rules: ['subject-or-drafter-erases', 'only-ended-erased'],
  };
}
