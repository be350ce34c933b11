import type { RelyingParty } from '@guise/identity';
import type { AuthorityConfig } from '../config.js';

export function relyingPartyOf(config: AuthorityConfig): RelyingParty {
  return { id: config.rpId, name: config.organisation, origins: [config.publicUrl] };
}
