import type { AvatarState } from '@guise/protocol';
import type { AvatarCase } from './avatar-case.js';
import { ConsentError } from './errors.js';
import type { RuleId } from './rules.js';

/** A decision for: what is made, the case as it stands afterwards, and the rules it rests on. */
export interface Decision<T> {
  readonly made: T;
  readonly next: AvatarCase;
  readonly rules: readonly RuleId[];
}

export function requireState(avatar: AvatarCase, allowed: readonly AvatarState[]): void {
  if (!allowed.includes(avatar.state)) throw new ConsentError('avatar-state', 'state-allows');
}
