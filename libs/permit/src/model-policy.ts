import { DEFAULT_MODEL_POLICY, type ModelPolicy } from '@guise/protocol';
import type { VerifiedPermit } from './permit.js';

/**
 * Which models a session may load, by its own permit: permissive licences, and non-commercial ones only where the permit
 * says that the organisation's policy allows them. Only a verified permit can say so.
 */
export function modelPolicyOf({ wear }: VerifiedPermit): ModelPolicy {
  if (!wear.non_commercial_models) return DEFAULT_MODEL_POLICY;
  const { licenceClasses, trainingData } = DEFAULT_MODEL_POLICY;
  return { licenceClasses: [...licenceClasses, 'non-commercial'], trainingData };
}
