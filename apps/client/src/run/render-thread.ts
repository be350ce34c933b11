import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleSha256, parseBundle } from '@guise/avatar';
import { sessionId } from '@guise/protocol';
import {
  openPermission,
  processMedia,
  ringSink,
  ringSource,
  type MediaProgress,
  type MediaReport,
} from '@guise/runtime';
import { createEpochChain } from 'invisible-watermark-ts';
import { openPairedClient, type PairedClient } from '../authority.js';
import { nowSecondsOf } from '../context.js';
import {
  authorityPorts,
  keepingTo,
  openNetworks,
  openWornPicture,
  SessionLabel,
  type SessionRights,
} from '../pipeline/index.js';
import { evidenceSinkOf, fetchWearerTemplate, permitSourceOf } from '../session/authority-ports.js';
import { requireChain, type Grant } from '../session/open-session.js';
import { verifyOwnPermit } from '../session/terms.js';
import { openRegistry } from '../vision.js';
import { SHARED_CLOCK } from './shared-clock.js';
import type { ThreadJob, ThreadMessage } from './thread-job.js';
import { tellFailure } from './told-failure.js';

/**
 * The rendering thread of `guise run`: from the ring of captured frames to the ring of finished ones, behind the gate. It speaks to the
 * authority by itself, so that nothing stands between its answers and the gate.
 */

const nowSeconds = nowSecondsOf({ nowMs: () => Date.now() });
const pause = async (ms: number): Promise<void> => {
  await sleep(ms);
};

async function render(job: ThreadJob): Promise<MediaReport> {
  const client = await openPairedClient({ config: job.config, nowMs: () => Date.now() });
  const rights = await openRights(client, job);
  const { permit } = rights.grant;
  const avatar = { bundle: parseBundle(job.bundle), sha256: bundleSha256(job.bundle) };
  const { mode, size, framesPerSecond } = job;
  const label = new SessionLabel(permit, job.labelPosition);
  const registry = await openRegistry(job.config, job.executionProviders);
  const networks = openNetworks({ registry, ownModels: job.ownModels, permit, mode, inOwnThread: false });
  const permission = openPermission(job.memory.permission);
  try {
    return await processMedia({
      source: ringSource(job.memory.captured),
      sink: ringSink(job.memory.finished),
      size,
      live: { framesPerSecond },
      camera: job.camera,
      picture: await openWornPicture(
        rights,
        { avatar, mode, size, label: label.draw, halfSize: true },
        networks,
      ),
      authority: authorityPorts({
        ...rights,
        permitSource: keepingTo(networks.own, label.following(rights.permitSource)),
      }),
      clock: SHARED_CLOCK,
      onProgress: tell,
      onStanding: (standing) => {
        permission.publish(standing);
      },
    });
  } finally {
    await networks.close();
  }
}

async function openRights(client: PairedClient, { grant: told, terms }: ThreadJob): Promise<SessionRights> {
  const permit = await verifyOwnPermit(told.permit, client, terms, nowSeconds());
  const chain = createEpochChain(told.chainSeed, told.chainLength);
  requireChain(permit, chain);
  const { watermarkKey, chainSeed } = told;
  const grant: Grant = { permit, session: sessionId.parse(told.session), watermarkKey, chainSeed, chain };
  return {
    grant,
    wearer: await fetchWearerTemplate(client, grant),
    permitSource: permitSourceOf(client, terms, grant, { nowSeconds, sleepMs: pause }),
    evidenceSink: evidenceSinkOf(client, grant, pause),
    signer: client.device.signer,
  };
}

function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

function tell(event: MediaProgress): void {
  if (event.type === 'fault') send({ type: 'fault', step: event.step, failure: tellFailure(event.error) });
  else send({ type: 'progress', event });
}

// Waiting for a frame does not keep a thread alive: listening to its parent does.
parentPort?.ref();
try {
  // Made by startRenderThread of this very program.
  send({ type: 'report', report: await render(workerData as ThreadJob) });
} catch (error) {
  send({ type: 'failed', failure: tellFailure(error) });
}
