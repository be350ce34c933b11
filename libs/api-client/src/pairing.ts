import { deviceAuthorizationResponse, tokenResponse } from '@guise/protocol';
import type { z } from 'zod';
import { deviceTokensOf, refusalCode, type DeviceTokens, type DpopTransport } from './dpop.js';
import { parseAnswer } from './transport.js';

export type PairingOffer = z.infer<typeof deviceAuthorizationResponse>;

export interface PairingPorts {
  readonly dpop: DpopTransport;
  readonly nowSeconds: () => number;
  readonly sleepMs: (ms: number) => Promise<void>;
}

/** RFC 8628 §3.1: asks for a code; the proof of the device key in the call is what gets paired. */
export async function startPairing(dpop: DpopTransport, deviceName: string): Promise<PairingOffer> {
  const answer = await dpop.exchange({
    method: 'POST',
    path: '/v1/device-authorizations',
    json: { deviceName },
  });
  return parseAnswer(deviceAuthorizationResponse, answer);
}

/**
 * RFC 8628 §3.4–3.5: polls until the person has confirmed or refused.
 * @throws AuthorityRefusal `device-denied`, `device-expired`, …
 */
export async function awaitPairing(ports: PairingPorts, offer: PairingOffer): Promise<DeviceTokens> {
  const deadline = ports.nowSeconds() + offer.expires_in;
  let intervalSeconds = offer.interval;
  for (;;) {
    const answer = await ports.dpop.exchange({
      method: 'POST',
      path: '/v1/token',
      json: { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: offer.device_code },
    });
    const code = refusalCode(answer);
    const waits = code === 'device-pending' || code === 'rate-limited';
    if (!waits || ports.nowSeconds() >= deadline) {
      return deviceTokensOf(parseAnswer(tokenResponse, answer), ports.nowSeconds());
    }
    // §3.5 slow_down: five seconds more, for this and all later polls.
    if (code === 'rate-limited') intervalSeconds += 5;
    await ports.sleepMs(intervalSeconds * 1000);
  }
}
