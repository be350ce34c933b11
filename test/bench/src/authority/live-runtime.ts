import { randomBytes } from 'node:crypto';
import {
  createDeviceApi,
  createDeviceTransport,
  createDpopTransport,
  createPublicApi,
  createTransport,
} from '@guise/api-client';
import type { ServedWearing, TestDevice, TestSession } from '@guise/authority/testing';
import { checkStatus, watchSession } from '@guise/client/session';
import { makeDpopProof, verifyPermit } from '@guise/permit';
import { trustRoot } from '@guise/protocol';
import {
  createGate,
  createPermitKeeper,
  type PermitKeeper,
  type PermitSource,
  type RuntimeClock,
} from '@guise/runtime';
import { parseTrustRoot } from '@guise/verification';

/** The network between a runtime and the authority. */
export interface Wire {
  readonly fetch: typeof globalThis.fetch;
  /** From now on nothing passes, and what was open breaks. */
  cut(): void;
}

export function createWire(): Wire {
  const broken = new AbortController();
  return {
    fetch: (input, init) =>
      globalThis.fetch(input, {
        ...init,
        signal: AbortSignal.any([
          broken.signal,
          ...(init?.signal instanceof AbortSignal ? [init.signal] : []),
        ]),
      }),
    cut() {
      broken.abort(new Error('the network is cut'));
    },
  };
}

/** The gate of one session and what keeps it open, against a real authority over HTTP. */
export interface LiveRuntime {
  readonly keeper: PermitKeeper;
  /** `no-face`: everything that the authority decides holds, for an empty picture. */
  readonly reason: () => Promise<string>;
}

/** Opens a runtime without pictures: gate, permit keeper, and the client's own way to lease, status list and events. */
export async function openLiveRuntime(
  wearing: ServedWearing,
  session: TestSession,
  options: { readonly clock: RuntimeClock; readonly wire: Wire; readonly nowSeconds: () => number },
): Promise<LiveRuntime> {
  const { clock, wire, nowSeconds } = options;
  const { device, avatar, url } = wearing;
  const transport = createTransport({ baseUrl: url, fetch: wire.fetch });
  const publicApi = createPublicApi(transport);
  const deviceApi = deviceApiOf(device, transport, nowSeconds);
  const trust = trustRoot.parse(await publicApi.trustRoot());
  const { issuer, permitKeys: keys } = parseTrustRoot(trust);
  const verify = (jws: string) =>
    verifyPermit(jws, {
      keys,
      now: nowSeconds(),
      expected: {
        ...{ issuer, audience: 'guise-runtime', jkt: device.signer.kid },
        ...{ avatarSha256: avatar.sha256, purpose: 'meeting' },
      },
    });
  const first = await verify(session.permit);
  const { wear } = first;
  const gate = createGate(clock, {
    avatarSha256: avatar.sha256,
    templateSha256: wear.wearer.template_sha256,
    sessionNumber: wear.watermark.session,
  });
  const pairing = { authority: url, deviceName: 'live', trust, tokens: tokensOf(device, nowSeconds()) };
  const source: PermitSource = {
    lease: () => deviceApi.lease(session.id),
    status: (permit) => checkStatus({ pairing, publicApi }, permit, nowSeconds()),
    watch: watchSession(deviceApi, session.id, {
      sleepMs: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
      random: () => 0.5,
    }),
    renew: () => Promise.reject(new Error('this session is shorter than its permit')),
  };
  const keeper = createPermitKeeper({ gate, source, first, monotonicMs: () => clock.monotonicMs() });
  await keeper.start();
  return {
    keeper,
    async reason() {
      const look = { presence: { kind: 'no-face' }, wearer: 'unchecked' } as const;
      const answer = await gate.ask(() => Promise.resolve(look));
      return answer.open ? 'open' : answer.reason;
    },
  };
}

function deviceApiOf(
  device: TestDevice,
  transport: ReturnType<typeof createTransport>,
  nowSeconds: () => number,
) {
  const dpop = createDpopTransport(transport, (claims) =>
    makeDpopProof(device.signer, {
      ...claims,
      jti: randomBytes(16).toString('base64url'),
      iat: nowSeconds(),
    }),
  );
  const store = {
    read: () => Promise.resolve(tokensOf(device, nowSeconds())),
    write: () => Promise.reject(new Error('tokens outlast this session')),
    exclusively: <T>(work: () => Promise<T>) => work(),
  };
  return createDeviceApi(createDeviceTransport(dpop, store, nowSeconds));
}

const tokensOf = (device: TestDevice, now: number) => ({
  ...{ accessToken: device.accessToken, refreshToken: 'unused', deviceId: device.id },
  accessExpiresAt: now + 600,
});
