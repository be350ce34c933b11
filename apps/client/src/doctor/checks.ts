import { ApiError, createPublicApi, createTransport, type PublicApi } from '@guise/api-client';
import { locateFfmpeg } from '@guise/media';
import { requireAuthorityUrl } from '../authority.js';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import type { ExitName } from '../exit-codes.js';
import { asCliError } from '../failure.js';
import { loadDeviceKey } from '../home/device-key.js';
import { createLedgerPin } from '../home/ledger-pin.js';
import { loadPairing, type Pairing } from '../home/pairing-store.js';
import { verifyModels } from '../vision.js';

export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly advice: string | null;
  /** How the process ends when this is the first failure. */
  readonly exit: ExitName;
}

/** FAPI 2.0 clock rule, as the authority applies it: up to 10 s ahead is accepted; from 60 s off nothing works. */
const CLOCK_WARN_MS = 5_000;
const CLOCK_FAIL_MS = 10_000;
const NODE_NEEDED = [22, 12] as const;

export async function* runChecks(
  context: CommandContext,
  authority: string | undefined,
): AsyncGenerator<CheckResult> {
  yield checkNode(process.versions.node);
  yield await attempt('ffmpeg', async () => ok('ffmpeg', (await locateFfmpeg()).version));
  yield await attempt('models', async () =>
    ok('models', `${String(await verifyModels(context.config))} verified in ${context.config.modelsDir}`),
  );
  yield await attempt('device key', () => checkKey(context));

  let pairing: Pairing | null = null;
  yield await attempt('pairing', async () => {
    pairing = await loadPairing(context.config.home);
    return pairing === null
      ? warn('pairing', 'not paired', 'Run `guise login` to wear avatars; verifying offline works without.')
      : ok('pairing', `${pairing.authority} as ${pairing.tokens.deviceId}`);
  });
  const url = authority ?? pairedUrl(pairing) ?? context.config.authority;
  if (url === null) return;
  yield* authorityChecks(context, url, pairing);
}

const pairedUrl = (pairing: Pairing | null): string | null => pairing?.authority ?? null;

async function* authorityChecks(
  context: CommandContext,
  url: string,
  pairing: Pairing | null,
): AsyncGenerator<CheckResult> {
  const api = createPublicApi(createTransport({ baseUrl: requireAuthorityUrl(context, url) }));
  const sentAt = context.nowMs();
  let serverTimeMs: number | null = null;
  const reachable = await attempt('authority', async () => {
    const health = await api.health();
    serverTimeMs = health.serverTimeMs;
    return health.ok
      ? ok('authority', `${url} answers in ${String(context.nowMs() - sentAt)} ms`)
      : warn('authority', `${url} answers, but is not healthy`, 'Ask whoever runs it.');
  });
  yield reachable;
  if (reachable.status === 'fail') return;
  yield checkClock(serverTimeMs, (sentAt + context.nowMs()) / 2);
  if (pairing?.authority !== url) return;
  yield await attempt('trust root', () => checkTrust(api, pairing));
  yield await attempt('ledger pin', async () => {
    const { size, previousSize } = await createLedgerPin(
      context.config.home,
      api,
      pairing.trust.ledgerKey,
    ).advance();
    return ok(
      'ledger pin',
      previousSize === null
        ? `size ${String(size)}`
        : `${String(previousSize)} → ${String(size)}, consistent`,
    );
  });
}

export function checkNode(version: string): CheckResult {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantMajor, wantMinor] = NODE_NEEDED;
  const enough = major > wantMajor || (major === wantMajor && minor >= wantMinor);
  return enough
    ? ok('node', version)
    : fail(
        'node',
        `${version} is too old`,
        `Install Node ${NODE_NEEDED.join('.')} or newer.`,
        'setupIncomplete',
      );
}

async function checkKey(context: CommandContext): Promise<CheckResult> {
  const key = await loadDeviceKey(context.config.home);
  return key === null
    ? warn('device key', `none in ${context.config.home}`, 'Run `guise login`.')
    : ok('device key', `${key.jkt} (${context.config.home}, private to you)`);
}

/** The `Date` header has whole seconds: half a second is added to sit in the middle. */
export function checkClock(serverTimeMs: number | null, localMs: number): CheckResult {
  if (serverTimeMs === null)
    return warn('clock', 'the authority does not tell its time', 'Compare with a clock you trust.');
  const skewMs = localMs - (serverTimeMs + 500);
  const detail = `${(skewMs / 1000).toFixed(1)} s from the authority`;
  const advice = 'Switch on automatic time setting: permits and proofs are refused when the clock is wrong.';
  if (Math.abs(skewMs) > CLOCK_FAIL_MS) return fail('clock', detail, advice, 'failure');
  return Math.abs(skewMs) > CLOCK_WARN_MS ? warn('clock', detail, advice) : ok('clock', detail);
}

async function checkTrust(api: PublicApi, { trust }: Pairing): Promise<CheckResult> {
  const offered = await api.trustRoot();
  if (offered.ledgerKey !== trust.ledgerKey || offered.issuer !== trust.issuer) {
    return fail(
      'trust root',
      'differs from the one pinned at login',
      'Do not go on; ask your administrator whether the authority was replaced.',
      'diverged',
    );
  }
  const known = new Set(trust.permitKeys.map(({ kid }) => kid));
  const news = offered.permitKeys.filter(({ kid }) => !known.has(kid)).length;
  return news === 0
    ? ok('trust root', 'as pinned at login')
    : warn(
        'trust root',
        `${String(news)} new permit key(s) since login`,
        'Run `guise login` again to pin them.',
      );
}

async function attempt(name: string, work: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError || error instanceof CliError || error instanceof Error) {
      const { message, advice, exit } = asCliError(error);
      return fail(name, message, advice, exit);
    }
    throw error;
  }
}

const ok = (name: string, detail: string): CheckResult => ({
  name,
  status: 'ok',
  detail,
  advice: null,
  exit: 'ok',
});
const warn = (name: string, detail: string, advice: string): CheckResult => ({
  name,
  status: 'warn',
  detail,
  advice,
  exit: 'ok',
});
const fail = (name: string, detail: string, advice: string | null, exit: ExitName): CheckResult => ({
  name,
  status: 'fail',
  detail,
  advice,
  exit,
});
