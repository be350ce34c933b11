import { createServer, type Server } from 'node:http';
import {
  createNoteSigner,
  encodeBase64Url,
  formatVerifierKey,
  merkleRootOf,
  signCheckpoint,
  type Hash,
} from '@guise/ledger';
import { createEs256Key, createEs256Signer, type Es256Signer } from '@guise/permit';
import type { PermitClaims } from '@guise/protocol';
import { createSeededRandom } from '@guise/testing';

export interface FakeAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
}
export type FakeRoutes = Readonly<
  Record<string, (body: string, query: URLSearchParams) => FakeAnswer | Promise<FakeAnswer>>
>;

export interface FakeAuthority {
  readonly url: string;
  readonly asked: readonly string[];
  /** Lets the ledger grow to this many entries, or shows another history of the same length. */
  showLedger(size: number, history?: string): Promise<void>;
  /** What it shows now, as a permit names it and as it signed it. */
  readonly ledger: () => { readonly checkpoint: PermitClaims['checkpoint']; readonly note: string };
  /** Verifier key of the ledger. */
  readonly ledgerKey: string;
  /** Signs permits; its public half is in the trust root. */
  readonly permitSigner: Es256Signer;
  readonly close: () => void;
}

export const problemAnswer = (code: string, status: number, extra: object = {}): FakeAnswer => ({
  status,
  json: { type: `urn:guise:problem:${code}`, code, title: `title of ${code}`, status, ...extra },
});

/** A small HTTP server with the public routes of an authority; tests add or replace routes (`POST /v1/x`). */
export async function openFakeAuthority(extra: FakeRoutes = {}): Promise<FakeAuthority> {
  const signer = createNoteSigner('guise.test/log', createSeededRandom('ledger key')(32));
  const asked: string[] = [];
  let url = '';
  let checkpoint = '';
  let leaves: readonly Uint8Array[] = [];
  const permitSigner = await createEs256Signer(createEs256Key(createSeededRandom('permit key')(48)));
  const permitKey = { ...permitSigner.publicJwk, kid: permitSigner.kid };
  const routes: FakeRoutes = {
    'GET /healthz': () => ({ json: { status: 'ok' } }),
    'GET /.well-known/guise-trust.json': () => ({
      json: {
        issuer: url,
        ledgerKey: formatVerifierKey(signer.verifier),
        rpId: 'localhost',
        origins: [url],
        permitKeys: [permitKey],
      },
    }),
    'GET /log/checkpoint': () => ({ text: checkpoint }),
    'GET /v1/ledger/proof/consistency': (_, query) => {
      const tree = leaves.slice(0, Number(query.get('second')));
      return { json: { hashes: consistencyProof(Number(query.get('first')), tree).map(encodeBase64Url) } };
    },
    'POST /v1/device-authorizations': () => ({
      json: {
        device_code: 'dc',
        user_code: 'BCDF-GHJK',
        verification_uri: `${url}/pair`,
        expires_in: 600,
        interval: 1,
      },
    }),
    'POST /v1/token': () => ({
      json: {
        token_type: 'DPoP',
        access_token: 'at',
        refresh_token: 'rt',
        expires_in: 300,
        device_id: `dev_${'a'.repeat(26)}`,
      },
    }),
    ...extra,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '', url);
      const name = `${request.method ?? ''} ${pathname}`;
      asked.push(name);
      const route = routes[name] ?? (() => problemAnswer('not-found', 404));
      void Promise.resolve(route(Buffer.concat(chunks).toString(), searchParams)).then((answer) => {
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        response.end(answer.bytes ?? answer.text ?? JSON.stringify(answer.json));
      });
    });
  });
  url = await listen(server);
  const showLedger = async (size: number, history = 'honest'): Promise<void> => {
    leaves = Array.from({ length: size }, (_, i) => new TextEncoder().encode(`${history} ${String(i)}`));
    checkpoint = await signCheckpoint({ origin: 'guise.test/log', size, root: merkleRootOf(leaves) }, signer);
  };
  await showLedger(3);
  return {
    url,
    asked,
    showLedger,
    ledger: () => ({
      note: checkpoint,
      checkpoint: {
        origin: 'guise.test/log',
        size: leaves.length,
        root: encodeBase64Url(merkleRootOf(leaves)),
      },
    }),
    ledgerKey: formatVerifierKey(signer.verifier),
    permitSigner,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** RFC 6962 §2.1.2, by its definition. @param whole the older tree is a whole subtree of the newer one */
function consistencyProof(first: number, leaves: readonly Uint8Array[], whole = true): readonly Hash[] {
  if (first >= leaves.length) return whole ? [] : [merkleRootOf([...leaves])];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return first <= split
    ? [...consistencyProof(first, left, whole), merkleRootOf(right)]
    : [...consistencyProof(first - split, right, false), merkleRootOf(left)];
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://localhost:${String(address.port)}`;
}
