/** A place that nobody is to connect to. */
import { createServer, type Server } from 'node:net';

/** Listens on every loopback address of this machine, and counts whoever comes, whatever protocol it speaks. */
export interface Canary {
  readonly port: number;
  /** Connections since the last time this was asked. */
  takeVisits(): number;
  /** How one port of this machine can be written in an address. */
  readonly hosts: readonly string[];
  close(): void;
}

export async function openCanary(): Promise<Canary> {
  let visits = 0;
  const count = () =>
    createServer((socket) => {
      visits += 1;
      socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
  const [v4, v6] = [count(), count()];
  const port = await listen(v4, 0, '127.0.0.1');
  // A machine without IPv6 has no such address to be visited at.
  await listen(v6, port, '::1').catch(() => undefined);
  return {
    port,
    takeVisits: () => {
      const seen = visits;
      visits = 0;
      return seen;
    },
    hosts: [
      '127.0.0.1',
      'localhost',
      'LOCALHOST.',
      '127.1',
      '0x7f000001',
      '2130706433',
      '0177.0.0.1',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      'guise.example.org@127.0.0.1',
    ].map((host) => `${host}:${String(port)}`),
    close: () => {
      v4.close();
      v6.close();
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
