import { randomInt } from 'node:crypto';
import { AuthorityRefusal, AuthorityUnreachableError, type DeviceApi } from '@guise/api-client';
import { compareTemplates, createBinariser, sha256HexOf } from '@guise/identity';
import type { EvidenceReceipt, EvidenceSink, PermitSource, WearerTemplate } from '@guise/runtime';
import type { PairedClient } from '../authority.js';
import { CliError } from '../cli-error.js';
import type { Grant } from './open-session.js';
import { watchSession } from './session-events.js';
import { checkStatus } from './status-check.js';
import { verifyOwnPermit, type WearTerms } from './terms.js';

/** Renewals, leases, status and events of one session, each permit verified like the first. */
export function permitSourceOf(
  client: PairedClient,
  terms: WearTerms,
  grant: Grant,
  ports: { readonly nowSeconds: () => number; readonly sleepMs: (ms: number) => Promise<void> },
): PermitSource {
  const { avatar } = grant.permit.wear;
  return {
    async renew() {
      const seen = await client.ledgerPin.seen();
      const answer = await client.deviceApi.requestPermit({
        avatar,
        purpose: terms.purpose,
        audience: terms.audience,
        session: grant.session,
        ...(terms.meeting === undefined ? {} : { meeting: terms.meeting }),
      });
      const permit = await verifyOwnPermit(answer.permit, client, terms, ports.nowSeconds());
      await client.ledgerPin.follow(permit.claims.checkpoint, seen);
      return permit;
    },
    lease: () => client.deviceApi.lease(grant.session),
    status: (permit) => checkStatus(client, permit, ports.nowSeconds()),
    watch: watchSession(client.deviceApi, grant.session, {
      sleepMs: ports.sleepMs,
      random: () => randomInt(1_000) / 1_000,
    }),
  };
}

/** Pauses before evidence is sent again. The authority answers the same for the same segment, so nothing is counted twice. */
const RETRY_MS = [500, 1_000, 2_000, 4_000] as const;

/** Evidence goes to the authority; nothing is kept here. */
export function evidenceSinkOf(
  client: PairedClient,
  grant: Grant,
  sleepMs: (ms: number) => Promise<void>,
): EvidenceSink {
  const submit = async (segment: string, pauses: readonly number[]): Promise<EvidenceReceipt> => {
    try {
      return await client.deviceApi.sendEvidence(grant.session, segment);
    } catch (error) {
      const [pause, ...later] = pauses;
      if (pause === undefined || !(error instanceof AuthorityUnreachableError)) throw error;
      await sleepMs(pause);
      return submit(segment, later);
    }
  };
  return {
    submit: (segment) => submit(segment, RETRY_MS),
    async discloseKey(epoch, key) {
      try {
        await client.deviceApi.discloseKey(grant.session, epoch, Buffer.from(key).toString('hex'));
        return 'disclosed';
      } catch (error) {
        if (error instanceof AuthorityRefusal && error.code === 'key-too-early') return 'too-early';
        throw error;
      }
    },
  };
}

/**
 * The wearer's protected template, rotated for this device. Comparing happens here: no camera picture leaves the device.
 * The hash the authority claims beside it counts for nothing: the bytes that will be compared are hashed here.
 * @throws CliError `gateShut` when the authority gives another template than the permit names
 */
export async function fetchWearerTemplate(
  { deviceApi }: { readonly deviceApi: Pick<DeviceApi, 'template'> },
  { permit }: Pick<Grant, 'permit'>,
): Promise<WearerTemplate> {
  const { wearer } = permit.wear;
  const answer = await deviceApi.template(wearer.source_face);
  const bytes = new Uint8Array(Buffer.from(answer.template, 'base64url'));
  const sha256 = sha256HexOf(bytes);
  if (sha256 !== wearer.template_sha256 || answer.sourceFace !== wearer.source_face) {
    throw new CliError(
      'gateShut',
      'the authority gave the template of another face than the permit names',
      'Run the command again.',
    );
  }
  const binariser = createBinariser(new Uint8Array(Buffer.from(answer.seed, 'base64url')));
  return { sha256, compareWearer: (embedding) => compareTemplates(binariser.protect(embedding), bytes) };
}
