import { randomBytes } from 'node:crypto';
import {
  createEs256Key,
  createEs256Signer,
  issuePermit,
  KEY_RANDOM_BYTES,
  verifyPermit,
} from '@guise/permit';
import { formatId, PERMIT_AUDIENCE, sessionId } from '@guise/protocol';
import type { ProcessOptions } from '@guise/client/pipeline';
import type { EvidenceSink, PermitSource } from '@guise/runtime';
import { permitClaimsFixture } from '@guise/testing';
import { createEpochChain } from 'invisible-watermark-ts';

const ISSUER = 'http://localhost:4080';
/** Long enough for any benchmark. */
const CHAIN_SECONDS = 7200;

export type LocalGrant = Pick<ProcessOptions, 'grant' | 'signer' | 'permitSource' | 'evidenceSink'>;

/**
 * An authority in this process: test keys, real permits and signatures, evidence accepted and dropped.
 * @param ownModels SHA-256 of networks beside the built-in ones that its permits let run
 */
export async function issueLocally(
  avatarSha256: string,
  templateSha256: string,
  ownModels: readonly string[] = [],
): Promise<LocalGrant> {
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const key = () => createEs256Signer(createEs256Key(random(KEY_RANDOM_BYTES)));
  const [authority, signer] = await Promise.all([key(), key()]);
  const chain = createEpochChain(random(32), CHAIN_SECONDS);
  const chainEnd = Buffer.from(chain.end).toString('hex');
  const now = () => Math.floor(Date.now() / 1000);
  const base = permitClaimsFixture({
    ...{ random, nowSeconds: now(), jkt: signer.kid, avatarSha256, issuer: ISSUER, chainEnd },
  });
  const issue = async () => {
    const claims = {
      ...base,
      ...{ iat: now(), nbf: now(), exp: now() + 300 },
      authorization_details: base.authorization_details.map((wear) => ({
        ...wear,
        wearer: { ...wear.wearer, template_sha256: templateSha256 },
        own_models: [...ownModels],
      })),
    };
    return verifyPermit(await issuePermit(claims, authority), {
      keys: [{ kid: authority.kid, jwk: authority.publicJwk }],
      now: now(),
      expected: {
        issuer: ISSUER,
        audience: PERMIT_AUDIENCE,
        jkt: signer.kid,
        avatarSha256,
        purpose: 'meeting',
      },
    });
  };
  const permitSource: PermitSource = {
    renew: issue,
    lease: () => Promise.resolve({ state: 'live', leaseSeconds: 15, serverTime: now() }),
    status: () => Promise.resolve({ status: 'valid', refreshSeconds: 30, freshSeconds: 120 }),
    watch: () => () => undefined,
  };
  const session = sessionId.parse(formatId('session', random(16)));
  const grant = { permit: await issue(), session, watermarkKey: random(32), chain };
  return { grant, signer, permitSource, evidenceSink: createSink() };
}

function createSink(): EvidenceSink {
  let segments = 0;
  return {
    submit() {
      segments += 1;
      return Promise.resolve({ leafIndex: segments - 1, checkpointSize: segments });
    },
    discloseKey: () => Promise.resolve('disclosed'),
  };
}
