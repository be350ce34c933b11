import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createProgram, leavesOf, wantsJsonLines } from './cli.js';
import { EXIT_CODES, exitCodeTable } from './exit-codes.js';
import { openTestClient, ROOT, type TestClient, type TestClientOptions } from './testing/test-context.js';

const clients: TestClient[] = [];
const open = async (options?: TestClientOptions): Promise<TestClient> => {
  const client = await openTestClient(options);
  clients.push(client);
  return client;
};
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

describe('exit codes', () => {
  it('are listed in the README as they are in the code', async () => {
    const rows = (text: string): readonly string[] =>
      text
        .split('\n')
        .filter((line) => /^\| *\d/.test(line))
        .map((line) => line.replace(/ +/g, ' '));
    expect(rows(await readFile(join(ROOT, 'apps/client/README.md'), 'utf8'))).toEqual(rows(exitCodeTable()));
  });

  it('are distinct', () => {
    const codes = Object.values(EXIT_CODES);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('help', () => {
  it('teaches every command by examples', async () => {
    const { context } = await open();
    const program = createProgram(context, () => undefined);
    const leaves = leavesOf(program);
    expect(leaves.length).toBeGreaterThan(7);
    for (const command of leaves) {
      const path =
        command.parent === program ? [command.name()] : [command.parent?.name() ?? '', command.name()];
      const client = await open();
      expect(await client.run(...path, '--help')).toBe(EXIT_CODES.ok);
      expect(client.stdout(), path.join(' ')).toMatch(/Examples?:\n {2}\$ guise/);
    }
  });

  it('of the program shows the first steps', async () => {
    const client = await open();
    expect(await client.run('--help')).toBe(EXIT_CODES.ok);
    expect(client.stdout()).toContain('First steps:');
  });
});

describe('JSON lines', () => {
  it('are asked for by --json anywhere, except as the file of the demo', () => {
    expect(wantsJsonLines(['doctor', '--json'])).toBe(true);
    expect(wantsJsonLines(['--json', 'demo'])).toBe(true);
    expect(wantsJsonLines(['demo', '--json', 'out.json'])).toBe(false);
    expect(wantsJsonLines(['doctor'])).toBe(false);
  });

  it('is a switch of every command but the demo', async () => {
    const { context } = await open();
    for (const leaf of leavesOf(createProgram(context, () => undefined))) {
      const option = leaf.options.find(({ long }) => long === '--json');
      expect(option?.required, leaf.name()).toBe(leaf.name() === 'demo');
    }
  });
});

describe('usage mistakes', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['swap']],
    ['an unknown option', ['doctor', '--fast']],
    ['a missing argument', ['detect']],
    ['a missing option', ['avatar', 'build', '--picture', 'x.png']],
    [
      'a bad choice',
      [
        'avatar',
        'build',
        '--kind',
        'celebrity',
        '--name',
        'x',
        '--provenance',
        'x',
        '--licence',
        'x',
        '-o',
        'x',
      ],
    ],
    ['no authority', ['login']],
    ['plain http to another machine', ['login', '--authority', 'http://example.org']],
    ['a check of plain http elsewhere', ['doctor', '--authority', 'http://example.org']],
    ['no address at all', ['login', '--authority', 'example']],
    ['neither file nor proof', ['verify']],
  ])('%s ends with the usage code', async (_, args) => {
    const client = await open();
    expect(await client.run(...args)).toBe(EXIT_CODES.usage);
    expect(client.stderr()).not.toBe('');
  });

  it('are one JSON line for programs', async () => {
    const client = await open({ json: true });
    expect(await client.run('login')).toBe(EXIT_CODES.usage);
    expect(client.events()).toEqual([expect.objectContaining({ type: 'error', exit: 'usage', exitCode: 2 })]);
  });
});

describe('without a pairing', () => {
  it.each([[['enrol', 'capture']], [['avatar', 'draft', 'bundle']], [['verify', 'file']]])(
    '%s does nothing',
    async (args) => {
      const client = await open();
      expect(await client.run(...args.slice(0, -1), 'no-such-file')).not.toBe(EXIT_CODES.ok);
    },
  );
});
