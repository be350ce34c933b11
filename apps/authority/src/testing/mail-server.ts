import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { freePort } from './served.js';

/** A mail as it came over the wire. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, as sent. */
  readonly raw: string;
}

/** A real SMTP server on this machine. */
export interface TestMailServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Commands that carried a login. */
  readonly logins: readonly string[];
  /** What it answers to a mail: null takes it. */
  answer: { readonly responseCode: number } | null;
  close(): Promise<void>;
}

export async function openTestMailServer(options: SMTPServerOptions = {}): Promise<TestMailServer> {
  const mails: ReceivedMail[] = [];
  const logins: string[] = [];
  const port = await freePort();
  const server = new SMTPServer({
    authOptional: true,
    ...options,
    onAuth(auth, _session, done) {
      logins.push(auth.username ?? '');
      done(null, { user: auth.username ?? '' });
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (test.answer !== null) {
          done(Object.assign(new Error('not now, ada@example.org'), test.answer));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        mails.push({ from, to, raw: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  // What clients break off is theirs to tell.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  const test: TestMailServer = {
    port,
    mails,
    logins,
    answer: null,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  };
  return test;
}

/** The code of the n-th mail that confirms an address, once it is there: nobody waits for it to be sent. */
export async function codeMailedTo(server: TestMailServer, address: string, nth = 1): Promise<string> {
  for (let waited = 0; waited < 5_000; waited += 10) {
    const codes = server.mails.flatMap(({ to, raw }) =>
      to.includes(address) ? (CODE.exec(raw)?.[1] ?? []) : [],
    );
    const code = codes[nth - 1];
    if (code !== undefined) return code;
    await sleep(10);
  }
  throw new Error(`no code was mailed to ${address}`);
}

const CODE = /^ {4}([A-Z]{4}-[A-Z]{4})\r?$/m;

/** A certificate for this machine that nobody vouches for but itself, as PEM. */
export async function makeCertificate(): Promise<{ readonly key: string; readonly cert: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      ...{ name: 'CN=localhost', keys, signingAlgorithm: algorithm },
      ...{ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) },
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    },
    crypto,
  );
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: PemConverter.encode(pkcs8, 'PRIVATE KEY'), cert: certificate.toString('pem') };
}
