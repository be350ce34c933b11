import {
  EVIDENCE_TYP,
  evidenceSegment,
  SESSION_OPENING_TYP,
  sessionOpening,
  type EvidenceSegment,
  type P256Jwk,
  type SessionOpening,
} from '@guise/protocol';
import { PermitError } from './errors.js';
import { openJws, parseJwsHeader, signJws, type JwsProfile } from './jws.js';
import { thumbprintOf, type Es256Signer } from './key.js';

const OPENING: JwsProfile = { typ: SESSION_OPENING_TYP, maxLength: 4096, keyIn: 'kid' };
const EVIDENCE: JwsProfile = { typ: EVIDENCE_TYP, maxLength: 131_072, keyIn: 'kid' };

/** The device commits to its epoch key chain before the first frame. */
export function signSessionOpening(opening: SessionOpening, device: Es256Signer): Promise<string> {
  return signJws({ alg: 'ES256', typ: SESSION_OPENING_TYP, kid: device.kid }, opening, device);
}

/** @throws PermitError */
export async function verifySessionOpening(jws: string, deviceKey: P256Jwk): Promise<SessionOpening> {
  requireKid(jws, OPENING, deviceKey);
  return openJws(jws, deviceKey, sessionOpening);
}

/** The device signs what it rendered. */
export function signEvidenceSegment(segment: EvidenceSegment, device: Es256Signer): Promise<string> {
  return signJws({ alg: 'ES256', typ: EVIDENCE_TYP, kid: device.kid }, segment, device);
}

/** @throws PermitError */
export async function verifyEvidenceSegment(jws: string, deviceKey: P256Jwk): Promise<EvidenceSegment> {
  requireKid(jws, EVIDENCE, deviceKey);
  return openJws(jws, deviceKey, evidenceSegment);
}

function requireKid(jws: string, profile: JwsProfile, key: P256Jwk): void {
  if (parseJwsHeader(jws, profile).kid !== thumbprintOf(key)) throw new PermitError('key-mismatch');
}
