import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { classOfAddress } from './address-class.js';

/** Metadata, key sets and tokens are a few kilobytes. */
const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 10_000;

/** An address that is not asked, or an answer that is not taken. A `TypeError` as of `fetch`: its callers know that one. */
export class OutboundError extends TypeError {
  override readonly name = 'OutboundError';
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}
/** All addresses of a host. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;
/** As much of `fetch` as openid-client and jose use. */
export type OutboundFetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A `fetch` for the few addresses that the authority asks. An operator configured one; the others are what is read there, so
 * they are taken for what an attacker may have written:
 * - https; plain http for a configured address that has it, which the configuration allows on this machine only;
 * - no name and password in an address, no redirect followed, an answer bounded in bytes and time, not compressed;
 * - hosts that nobody configured must be on the internet: whatever their names resolve to is judged, and that is what is
 *   connected to. No host leads to a link-local address.
 * @param configured addresses as the operator wrote them
 */
export function createOutboundFetch(
  configured: readonly string[],
  resolve: Resolve = (host) => lookup(host, { all: true }),
): OutboundFetch {
  const own = configured.map((address) => new URL(address));
  return async (url, init) => {
    const target = new URL(url);
    const mayBeInside = own.some(({ hostname }) => hostname === target.hostname);
    refuseUnsafe(target, own);
    const asked = new Request(target, { ...init, redirect: 'manual' });
    const response = await send(asked, {
      lookup: guardedLookup(resolve, mayBeInside),
      signal: AbortSignal.any([asked.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      agent: false,
    });
    return readAnswer(response);
  };
}

function refuseUnsafe(target: URL, own: readonly URL[]): void {
  const { protocol, hostname, username, password } = target;
  if (username !== '' || password !== '')
    throw new OutboundError('an address with a name in it is not asked');
  const plain =
    protocol === 'http:' && own.some((each) => each.protocol === 'http:' && each.hostname === hostname);
  if (protocol !== 'https:' && !plain) throw new OutboundError('only https addresses are asked');
  const literal = hostname.replace(/^\[|\]$/g, '');
  // Node resolves names only: an address as it stands is judged here.
  if (isIP(literal) !== 0)
    refuseAddress(
      literal,
      own.some((each) => each.hostname === hostname),
    );
}

function refuseAddress(address: string, mayBeInside: boolean): void {
  const found = classOfAddress(address);
  if (found === 'global' || (found === 'inside' && mayBeInside)) return;
  throw new OutboundError('the address leads where nothing is asked');
}

/** Connects only to what was judged. One bad address among good ones refuses all: somebody plays with the name. */
function guardedLookup(resolve: Resolve, mayBeInside: boolean): LookupFunction {
  return (host, options, done) => {
    resolve(host).then(
      (addresses) => {
        try {
          for (const { address } of addresses) refuseAddress(address, mayBeInside);
          const [first] = addresses;
          if (first === undefined) throw new OutboundError('the host has no address');
          if (options.all === true) done(null, [...addresses]);
          else done(null, first.address, first.family);
        } catch (error) {
          done(toError(error), '', 0);
        }
      },
      (error: unknown) => {
        done(toError(error), '', 0);
      },
    );
  };
}

async function send(asked: Request, options: RequestOptions): Promise<IncomingMessage> {
  const body = Buffer.from(await asked.arrayBuffer());
  const make = asked.url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((fulfil, reject) => {
    const headers = { ...Object.fromEntries(asked.headers), 'accept-encoding': 'identity' };
    const sent = make(asked.url, { ...options, method: asked.method, headers }, fulfil);
    sent.on('error', (cause) => {
      reject(
        cause instanceof OutboundError ? cause : new OutboundError('the host does not answer', { cause }),
      );
    });
    sent.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Response> {
  try {
    const encoding = response.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw new OutboundError('a compressed answer was not asked for');
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response) {
      const piece = Buffer.from(chunk as Uint8Array);
      bytes += piece.length;
      if (bytes > MAX_BYTES) throw new OutboundError('the answer is too large');
      chunks.push(piece);
    }
    return toResponse(response, Buffer.concat(chunks));
  } catch (cause) {
    throw cause instanceof OutboundError ? cause : new OutboundError('the answer broke off', { cause });
  } finally {
    response.destroy();
  }
}

function toResponse({ statusCode = 502, headers }: IncomingMessage, body: Buffer): Response {
  const kept = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [value].flat().map((each) => [name, each]),
  );
  const empty = [204, 205, 304].includes(statusCode);
  return new Response(empty ? null : new Uint8Array(body), { status: statusCode, headers: kept });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new OutboundError('the host cannot be found');
}
