/**
 * THREATS 25: a small file that becomes a large one: pixel bombs, zip bombs, lengths that lie. Defence: what a header claims
 * is bounded before anything is decoded, nothing that comes compressed is inflated, and what decodes has a bound on memory
 * and time. (Status lists: 06. The worker that is ended: child-media-analyst.test.ts. ffmpeg's bounds: bad-input.test.ts.)
 */
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '@guise/media';
import {
  makeBundle,
  multipart,
  openTestOrganisation,
  provisioningToken,
  textOf,
  type ApiAnswer,
  type TestOrganisation,
} from '@guise/authority/testing';

const MIB = 2 ** 20;
const REFUSED = /^media-(?:unreadable|too-large)$/;
const EXECUTIVE = { kind: 'executive', likeness: 'artwork', face: null } as const;

/** A PNG whose header and data need not fit. @param data of the pixels, before it is compressed */
function png(width: number, height: number, data: Buffer): Buffer {
  const chunk = (type: string, body: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    check.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(data)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Files of a few bytes that claim pictures of gigabytes. */
const CLAIMING: Readonly<Record<string, Buffer>> = {
  'a PNG of 50,000 × 50,000': png(50_000, 50_000, Buffer.alloc(MIB)),
  'a PNG of one line, 2³¹ − 1 long': png(2 ** 31 - 1, 1, Buffer.alloc(MIB)),
  'a GIF of 65,535 × 65,535': Buffer.concat([
    Buffer.from('GIF89a'),
    hex('ffff ffff 80 00 00 000000 ffffff'),
    hex('2c 0000 0000 ffff ffff 00 02 02 4401 00 3b'),
  ]),
  'a JPEG of 65,500 × 65,500': hex(
    'ffd8 ffc0 0011 08 ffdc ffdc 03 011100 021101 031101 ffda 000c 03 0100 0211 0311 003f 00 00 ffd9',
  ),
  'a WebP of 16,384 × 16,384': Buffer.concat([
    Buffer.from('RIFF'),
    hex('1e000000'),
    Buffer.from('WEBPVP8X'),
    hex('0a000000 00000000 ff3f00 ff3f00'),
    Buffer.from('VP8 '),
    hex('00000000'),
  ]),
  'a BMP of 2³⁰ × 2³⁰': Buffer.concat([
    Buffer.from('BM'),
    hex('36000000 00000000 36000000 28000000 00000040 00000040 0100 1800'),
    Buffer.alloc(24),
  ]),
  'a raw video of 2³⁰ × 2³⁰': Buffer.from('YUV4MPEG2 W1073741824 H1073741824 F30:1 C420\nFRAME\n'),
};

/** CBOR (RFC 8949) that announces more than there is, or more than a stack holds. */
const LYING: Readonly<Record<string, Buffer>> = {
  'a list of 2⁶⁴ − 1 items': hex('9b ffffffffffffffff'),
  'a map of 2⁶² members': hex('bb 4000000000000000 61 61 01'),
  'a text of 2⁶³ bytes': hex('7b 8000000000000000 61'),
  'bytes of 4 GiB': hex('5a ffffffff 00'),
  'a million lists in each other': Buffer.alloc(MIB, 0x81),
  'a million tags in each other': Buffer.alloc(MIB, 0xc1),
  'lists that never end': Buffer.alloc(MIB, 0x9f),
  'a zip archive': Buffer.concat([hex('504b0304 1400 0000 0800'), deflateSync(Buffer.alloc(64 * MIB))]),
  'a gzip file': gzipSync(Buffer.alloc(64 * MIB)),
};

describe('a bomb', () => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation('embedded');
  });
  afterEach(async () => {
    expect((await org.authority.api.get('/readyz')).status).toBe(200);
  });
  afterAll(() => org.authority.close());

  const send = (url: string, token: string | undefined, file: Buffer): Promise<ApiAnswer> =>
    org.authority.api.call('POST', url, { token, ...multipart({ file }) });
  const draft = (bundle: Buffer): Promise<ApiAnswer> => {
    const meta = { name: 'Avatar', kind: 'executive', likeness: 'artwork', subject: org.executive.id };
    return org.authority.api.call('POST', '/v1/avatars', {
      token: org.adminA.token,
      ...multipart({ meta: JSON.stringify(meta), bundle }),
    });
  };

  it.each(Object.entries(CLAIMING))('is refused by its header: %s', async (_what, file) => {
    expect(file.length).toBeLessThan(16_384);
    for (const [url, token] of [
      ['/v1/detect', undefined],
      ['/v1/verifications', org.auditor.token],
    ] as const) {
      const answer = await send(url, token, file);
      expect([url, textOf(answer.body, 'code')]).toEqual([url, expect.stringMatching(REFUSED)]);
    }
  });

  it('is refused in the picture of a bundle, whatever the bundle says of it', async () => {
    const honest = await makeBundle(org.judge, EXECUTIVE);
    const header = honest.indexOf('IHDR') + 4;
    for (const [width, height] of [
      [50_000, 50_000],
      [64, 65],
      [2 ** 31 - 1, 1],
      [0, 0],
    ] as const) {
      const bundle = Buffer.from(honest);
      bundle.writeUInt32BE(width, header);
      bundle.writeUInt32BE(height, header + 4);
      expect([width, await draft(bundle)]).toMatchObject([
        width,
        { status: 422, body: { code: 'bundle-invalid' } },
      ]);
    }
    expect((await draft(honest)).status).toBe(201);
  });

  it.each(Object.entries(LYING))('is refused as a bundle: %s', async (_what, bundle) => {
    expect(await draft(bundle)).toMatchObject({ status: 422, body: { code: 'bundle-invalid' } });
  });

  it('is decoded as far as its header goes, when only its data is too much', async () => {
    const file = png(64, 64, Buffer.alloc(64 * MIB));
    expect(file.length).toBeLessThan(MIB);
    const pixels = await decodeImage(file).then(
      ({ data }) => data.length,
      () => 0,
    );
    expect(pixels).toBeLessThanOrEqual(64 * 64 * 3);
  });

  it('is not inflated on any route: a compressed body is no body', async () => {
    const payload = gzipSync(Buffer.from(`{"displayName":"${' '.repeat(32 * MIB)}"}`));
    expect(payload.length).toBeLessThan(65_536);
    const provisioning = await provisioningToken(org.authority, org.adminA);
    for (const { method, path } of org.authority.routes) {
      if ((method !== 'POST' && method !== 'PUT' && method !== 'PATCH') || path === '/v1/sign-out') continue;
      const url = path.replaceAll(/:\w+/g, `per_${'a'.repeat(26)}`);
      const token = path.startsWith('/scim/') ? provisioning : org.adminA.token;
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const { status } = await org.authority.api.call(method, url, { token, headers, payload });
      expect([method, path, status >= 400 && status < 500]).toEqual([method, path, true]);
    }
  });
});
