import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './bytes.js';
import {
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
  verifyCheckpointAdvance,
} from './checkpoint.js';
import { EMPTY_ROOT, merkleRootOf } from './merkle.js';
import {
  cosignNote,
  createCosigner,
  createNoteSigner,
  formatVerifierKey,
  parseNote,
  parseVerifierKey,
  signNote,
  verifyNote,
} from './note.js';

// Vector of golang.org/x/mod/sumdb/note, where the format comes from.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SEED = decodeBase64('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz')?.slice(1) ?? new Uint8Array();
const PETER_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_NOTE = `${PETER_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const log = createNoteSigner('log.example/guise', new Uint8Array(32).fill(1));
const other = createNoteSigner('log.example/guise', new Uint8Array(32).fill(2));
const witness = createCosigner('witness.example/w1', new Uint8Array(32).fill(3));
const entries = Array.from({ length: 9 }, (_, i) => Uint8Array.of(i));
const root = merkleRootOf(entries);

describe('signed notes', () => {
  it('reproduce the vector of the note package, byte for byte', async () => {
    const signer = createNoteSigner('PeterNeumann', PETER_SEED);
    expect(formatVerifierKey(signer.verifier)).toBe(PETER);
    expect(await signNote(PETER_TEXT, [signer])).toBe(PETER_NOTE);
    expect(verifyNote(PETER_NOTE, [parseVerifierKey(PETER)]).text).toBe(PETER_TEXT);
  });

  it('refuse a changed text, a changed signature and a foreign key of the same name', async () => {
    const note = await signNote('one\ntwo\n', [log]);
    expect(() => verifyNote(note.replace('two', 'too'), [log.verifier])).toThrow(/wrong/);
    const [line = ''] = /— .*\n$/.exec(note) ?? [];
    expect(() =>
      verifyNote(
        note.replace(line, line.replace(/.(=*\n)$/, 'A$1').replace(/ [A-Za-z0-9+/]{10}/, ' AAAAAAAAAA')),
        [log.verifier],
      ),
    ).toThrow();
    expect(() => verifyNote(note, [other.verifier])).toThrow(/no signature by a trusted key/);
  });

  it('skip unknown signers but never a wrong signature of a known one', async () => {
    const both = await signNote('text\n', [other, log]);
    expect(verifyNote(both, [log.verifier]).signers).toEqual([log.verifier]);
    const [broken = ''] = /— .*\n$/.exec(await signNote('other\n', [log])) ?? [];
    const forged = both.replace(/— .*\n$/, broken);
    expect(() => verifyNote(forged, [other.verifier, log.verifier])).toThrow(/wrong/);
    expect(verifyNote(forged, [other.verifier]).signers).toEqual([other.verifier]);
  });

  it('refuse malformed notes and keys', () => {
    for (const note of [
      '',
      'text\n',
      'text\n\n',
      'text\n\n— name\n',
      'text\n\n- name AAAAAAAA\n',
      'te\u0000xt\n\n— name AAAAAAAAAAA=\n',
      'text\n\n— name AAAAAAAAAAA=',
      `${'x'.repeat(9000)}\n\n— name AAAAAAAAAAA=\n`,
      `text\n\n${'— name AAAAAAAAAAA=\n'.repeat(33)}`,
    ]) {
      expect(() => parseNote(note), note.slice(0, 40)).toThrow(/signed note/);
    }
    for (const key of [
      '',
      'a+b',
      PETER.replace('c74f20a3', 'c74f20a4'),
      PETER.replace('ARpc', 'ARpd'),
      'name+00000000+AA==',
    ])
      expect(() => parseVerifierKey(key), key).toThrow();
  });

  it('never take hostile bytes for a note', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const hostile of [text, `${text}\n\n— a AAAAAAAAAAA=\n`]) {
          try {
            verifyNote(hostile, [log.verifier]);
            expect.unreachable('a note without a signature was accepted');
          } catch (error) {
            expect(error).toHaveProperty('name', 'LedgerError');
          }
        }
      }),
    );
  });

  it('have one base64 spelling', () => {
    expect(decodeBase64('AA==')).toEqual(Uint8Array.of(0));
    for (const text of ['AB==', 'AA=', 'AA', 'A===', 'AA=\n', '-_=='])
      expect(decodeBase64(text), text).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe('checkpoints', () => {
  it('open under the pinned key and tell who cosigned when', async () => {
    const note = await cosignNote(
      await signCheckpoint({ origin: log.verifier.name, size: 9, root }, log),
      witness,
      1_800_000_000,
    );
    const opened = verifyCheckpoint(note, log.verifier, [witness.verifier]);
    expect(opened).toMatchObject({
      origin: 'log.example/guise',
      size: 9,
      root,
      witnesses: ['witness.example/w1'],
    });
    expect(verifyNote(note, [witness.verifier]).cosignedAt.get('witness.example/w1')).toBe(1_800_000_000);
    expect(verifyCheckpoint(note, log.verifier).witnesses).toEqual([]);
  });

  it('are refused from a witness alone, from another log, and with a moved cosignature', async () => {
    const bare = `${formatCheckpoint({ origin: log.verifier.name, size: 9, root })}\n`;
    const witnessed = await cosignNote(await signNote(bare.slice(0, -1), [other]), witness, 5);
    expect(() => verifyCheckpoint(witnessed, log.verifier, [witness.verifier])).toThrow(
      /not signed by the log/,
    );
    const foreign = await signCheckpoint({ origin: 'other.example/log', size: 9, root }, log);
    expect(() => verifyCheckpoint(foreign, log.verifier)).toThrow(/another log/);
    const mine = await signCheckpoint({ origin: log.verifier.name, size: 9, root }, log);
    const moved =
      mine +
      (/— witness.*\n$/.exec(
        await cosignNote(await signCheckpoint({ origin: log.verifier.name, size: 8, root }, log), witness, 5),
      )?.[0] ?? '');
    expect(() => verifyCheckpoint(moved, log.verifier, [witness.verifier])).toThrow(/witness.example/);
  });

  it('are refused when malformed', () => {
    const good = formatCheckpoint({ origin: 'o', size: 9, root });
    expect(parseCheckpoint(`${good}extension line\n`)).toEqual({ origin: 'o', size: 9, root });
    for (const text of [
      good.replace('9', '09'),
      good.replace('9', '-9'),
      good.replace('9', '9007199254740993'),
      'o\n9\n',
      `\n9\n${encodeBase64(root)}\n`,
      `o\n0\n${encodeBase64(root)}\n`,
      `o\n9\n${encodeBase64(root.slice(1))}\n`,
    ])
      expect(() => parseCheckpoint(text), text).toThrow(/checkpoint|empty log/);
    expect(parseCheckpoint(formatCheckpoint({ origin: 'o', size: 0, root: EMPTY_ROOT })).size).toBe(0);
  });

  it('advance only to a continuation: a rollback and a fork are told apart', async () => {
    const pinned = { origin: log.verifier.name, size: 4, root: merkleRootOf(entries.slice(0, 4)) };
    const sign = async (size: number, treeRoot: Uint8Array) =>
      verifyCheckpoint(
        await signCheckpoint({ origin: log.verifier.name, size, root: treeRoot }, log),
        log.verifier,
      );
    const next = await sign(8, merkleRootOf(entries.slice(0, 8)));
    const proof = [merkleRootOf(entries.slice(4, 8))];
    expect(() => {
      verifyCheckpointAdvance(pinned, next, proof);
    }).not.toThrow();
    expect(() => {
      verifyCheckpointAdvance({ ...pinned, size: 9, root }, next, []);
    }).toThrow(/shorter than it was/);
    const forked = await sign(8, merkleRootOf([...entries.slice(1, 8), Uint8Array.of(99)]));
    expect(() => {
      verifyCheckpointAdvance(pinned, forked, proof);
    }).toThrow(/rewritten/);
    const sameSize = await sign(4, root);
    expect(() => {
      verifyCheckpointAdvance(pinned, sameSize, []);
    }).toThrow(/rewritten/);
  });
});
