import { MAX_FALSE_POSITIVE_LOG10, SESSION_BITS } from './format.js';
import { gaussianTailLog10 } from './statistics.js';

/** What one geometry of a call says. */
export interface Reading {
  /** Correlations of unit-variance chips with the whole codeword and with the pilot. */
  readonly payloadZ: number;
  readonly pilotZ: number;
  /** Geometries of this call up to and including this one. */
  readonly geometries: number;
  /** Place of the geometry among the fixed ones (`fixedMaps`), from 1 on; null when the pilot had a say in it. */
  readonly fixedPlace: number | null;
}

/** A call reads at most so many geometries: the bound below counts on it. */
export const MAX_GEOMETRIES = 600;
/** So many fixed geometries there are at most. */
export const MAX_FIXED = 34;
/**
 * Each geometry is judged when it is read, the k-th by a bound k times stricter: 1 + 1/2 + … + 1/600 < 7. Where the pilot counts as
 * well, the order may depend on it: there the place j among the fixed ones counts when it is larger, 1 + 1/2 + … + 1/34 < 4.2.
 */
const SUM_OVER_GEOMETRIES = 12;

/** 1/(4·Q(√2)). */
const SIGN_SUM_FACTOR = 3.1787;

/**
 * log10 of an upper bound on P(Σ aᵢεᵢ ≥ z) for independent fair signs ε and Σ aᵢ² = 1, whatever the a are: 3.18·Q(z) (Bentkus and
 * Dzindzalieta, A tight Gaussian bound for weighted sums of Rademacher random variables, Bernoulli 21, 2015). Chips of a key are
 * such signs for all material that was made without it.
 */
export function signSumTailLog10(z: number): number {
  return Math.min(0, Math.log10(SIGN_SUM_FACTOR) + gaussianTailLog10(z));
}

/**
 * log10 of a bound on the probability that a call accepts anything as clear as this in material without this key's mark. A union bound
 * over the 2^44 valid codewords and the geometries of the call. At a fixed geometry the pilot is an independent second witness, and the
 * product t of two p-values is reached with probability t·(1 − ln t). A geometry that was sought by the pilot has only the codeword.
 */
export function falsePositiveLog10({ payloadZ, pilotZ, geometries, fixedPlace }: Reading): number {
  const payload = Math.min(0, SESSION_BITS * Math.log10(2) + signSumTailLog10(payloadZ));
  const product = payload + signSumTailLog10(pilotZ);
  const reading = fixedPlace === null ? payload : product + Math.log10(1 - product * Math.LN10);
  const order = Math.max(1, geometries, fixedPlace ?? 1);
  return Math.min(0, reading + Math.log10(SUM_OVER_GEOMETRIES * order));
}

/**
 * Payload and pilot share one band and one strength, so a mark shows its codeword √(0.48/0.15) = 1.8 times as clearly as its pilot.
 * A word that falls short of this line is no session's: pictures of two sessions in one window decode to such words.
 */
const PAYLOAD_PER_PILOT = 1.3;
const PAYLOAD_SLACK_Z = 3;

export function isOneSessions(payloadZ: number, pilotZ: number): boolean {
  return payloadZ >= PAYLOAD_PER_PILOT * pilotZ - PAYLOAD_SLACK_Z;
}

export function isAccepted(confidenceLog10: number): boolean {
  return confidenceLog10 <= MAX_FALSE_POSITIVE_LOG10;
}
