import { createServer, type ServerResponse } from 'node:http';
import { avatarId } from '@guise/protocol';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AuthorityAnswerError,
  AuthorityRefusal,
  AuthorityUnreachableError,
  bearerExchange,
  createDeviceApi,
  createPersonApi,
  createPublicApi,
  createTransport,
} from './index.js';
import {
  closeServers,
  failure,
  fakeAuthority,
  json,
  listen,
  problem,
  type Seen,
} from './testing/fake-server.js';

afterEach(closeServers);

const STATUS = { origin: 'guise.test/log', size: 3, root: 'A'.repeat(43), signedAt: 1, verifierKey: 'k' };

describe('answers', () => {
  it('are parsed by their wire schema', async () => {
    const { baseUrl, seen } = await fakeAuthority((_, response) => {
      json(response, 200, STATUS);
    });
    expect(await createPublicApi(createTransport({ baseUrl: `${baseUrl}/` })).ledgerStatus()).toEqual(STATUS);
    expect(seen[0]?.url).toBe('/v1/ledger/status');
  });

  it.each([
    ['not JSON', '<html>captive portal</html>'],
    ['of another form', '{"size":"many"}'],
    ['null', 'null'],
    ['empty', ''],
  ])('that are %s are an error of their own', async (_, body) => {
    const { baseUrl } = await fakeAuthority((__, response) => response.end(body));
    const error = await failure(createPublicApi(createTransport({ baseUrl })).ledgerStatus());
    expect(error).toBeInstanceOf(AuthorityAnswerError);
    expect(error.code).toBe('answer-invalid');
    expect(error.message).not.toContain('portal');
  });

  it('of any garbage never pass as a ledger status', async () => {
    let body = '';
    const { baseUrl } = await fakeAuthority((_, response) => response.end(body));
    const api = createPublicApi(createTransport({ baseUrl }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (garbage) => {
        body = garbage;
        expect((await failure(api.ledgerStatus())).code).toBe('answer-invalid');
      }),
      { numRuns: 60 },
    );
  });

  it('without end are cut off', async () => {
    const { baseUrl } = await fakeAuthority((_, response) => {
      const chunk = Buffer.alloc(1 << 20, 32);
      const push = (): void => {
        while (response.write(chunk));
        response.once('drain', push);
      };
      push();
    });
    const error = await failure(createPublicApi(createTransport({ baseUrl })).ledgerStatus());
    expect(error.code).toBe('answer-too-large');
  });

  it('that redirect are not followed', async () => {
    const { baseUrl, seen } = await fakeAuthority((entry, response) => {
      if (entry.url === '/elsewhere') json(response, 200, STATUS);
      else response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await failure(createPublicApi(createTransport({ baseUrl })).ledgerStatus());
    expect(seen).toHaveLength(1);
  });
});

describe('refusals', () => {
  it('carry code, advice, reasons and trace id', async () => {
    const { baseUrl } = await fakeAuthority((_, response) => {
      json(
        response,
        403,
        problem('permit-denied', 403, {
          detail: 'Ask the subject for consent.',
          reasons: [{ code: 'no-consent', message: 'no consent names you' }],
          traceId: 't1',
        }),
      );
    });
    const exchange = bearerExchange(createTransport({ baseUrl }), 'secret');
    const error = await failure(
      createDeviceApi(exchange).requestPermit({
        avatar: avatarId.parse('ava_aaaaaaaaaaaaaaaaaaaaaaaaaa'),
        purpose: 'meeting',
        audience: 'internal',
      }),
    );
    if (!(error instanceof AuthorityRefusal)) throw new Error('not a refusal');
    expect(error.code).toBe('permit-denied');
    expect(error.advice).toBe('Ask the subject for consent.');
    expect(error.reasons).toEqual([{ code: 'no-consent', message: 'no consent names you' }]);
    expect([error.status, error.traceId]).toEqual([403, 't1']);
  });

  it('without problem details, or with an unknown code, are no refusals', async () => {
    for (const body of ['oops', JSON.stringify(problem('made-up', 500))]) {
      const { baseUrl } = await fakeAuthority((_, response) => response.writeHead(500).end(body));
      const error = await failure(createPublicApi(createTransport({ baseUrl })).trustRoot());
      expect(error.code).toBe('answer-invalid');
    }
  });
});

describe('uploads', () => {
  it('arrive as a form, part by part, whatever the file is called', async () => {
    const { baseUrl, seen } = await fakeAuthority((_, response) => {
      json(response, 200, {
        marked: false,
        authorised: null,
        confidenceLog10: null,
        technique: 'invisible-watermark-ts',
      });
    });
    const bytes = new Uint8Array(600_000).map((_, i) => 97 + (i % 26));
    await createPublicApi(createTransport({ baseUrl })).detect(new Blob([bytes]), 'a"\r\nx: y.mp4');
    const [, boundary = ''] = /boundary=(.*)$/.exec(String(seen[0]?.headers['content-type'])) ?? [];
    const [head, body, end] = [
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a%22%0D%0Ax: y.mp4"\r\ncontent-type: application/octet-stream\r\n\r\n`,
      new TextDecoder().decode(bytes),
      `\r\n--${boundary}--\r\n`,
    ];
    expect(seen[0]?.body === head + body + end).toBe(true);
  });

  it('that are refused before they are over are refusals', async () => {
    const server = createServer((request, response) => {
      // As a guard does: the answer comes with the first bytes, the rest is read and dropped.
      json(response, 413, problem('payload-too-large', 413));
      request.resume();
    });
    const port = await listen(server);
    const api = createPublicApi(createTransport({ baseUrl: `http://127.0.0.1:${String(port)}` }));
    const blob = new Blob([new Uint8Array(48 << 20)]);
    for (let round = 0; round < 3; round++)
      expect((await failure(api.detect(blob, 'big.mp4'))).code).toBe('payload-too-large');
    // An error outside of a promise would end the process about now.
    await new Promise((resolve) => setTimeout(resolve, 200));
  });
});

describe('an authority that is not there', () => {
  it('is its own error', async () => {
    const error = await failure(createPublicApi(createTransport({ baseUrl: 'http://127.0.0.1:1' })).jwks());
    expect(error).toBeInstanceOf(AuthorityUnreachableError);
    expect(error.code).toBe('authority-unreachable');
  });

  it('that never answers is timed out, also in the middle of a body', async () => {
    for (const reply of [
      (_: Seen, __: ServerResponse) => undefined,
      (_: Seen, response: ServerResponse) => void response.writeHead(200).write('{"a":'),
    ]) {
      const { baseUrl } = await fakeAuthority(reply);
      const error = await failure(createPublicApi(createTransport({ baseUrl, timeoutMs: 80 })).jwks());
      expect(error.code).toBe('authority-timeout');
    }
  });

  it('leaves the caller its own abort reason', async () => {
    const { baseUrl } = await fakeAuthority(() => undefined);
    const controller = new AbortController();
    const pending = createTransport({ baseUrl }).exchange({
      method: 'GET',
      path: '/',
      signal: controller.signal,
    });
    controller.abort(new Error('stopped by the user'));
    await expect(pending).rejects.toThrow('stopped by the user');
  });
});

describe('paths and credentials', () => {
  it('escapes identifiers and sends the bearer', async () => {
    const { baseUrl, seen } = await fakeAuthority((_, response) => {
      json(response, 404, problem('not-found', 404));
    });
    const person = createPersonApi(bearerExchange(createTransport({ baseUrl }), 'tok'));
    await failure(person.avatar('../admin?x#y'));
    expect(seen[0]?.url).toBe('/v1/avatars/..%2Fadmin%3Fx%23y');
    expect(seen[0]?.headers.authorization).toBe('Bearer tok');
  });

  it('proves the URL without query and fragment', () => {
    expect(createTransport({ baseUrl: 'https://a.test/g/' }).htu('/v1/x?y#z')).toBe('https://a.test/g/v1/x');
  });
});
