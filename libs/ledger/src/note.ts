import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, decodeBase64, encodeBase64 } from './bytes.js';
import { LedgerError } from './errors.js';

/** C2SP signed-note: text, an empty line, and signature lines. Bounded before it is parsed. */
const MAX_NOTE_LENGTH = 8192;
const MAX_SIGNATURES = 32;
const SIGNATURE_LINE = /^— ([^\s+]{1,200}) ([A-Za-z0-9+/]{8,400}={0,2})$/;
const NAME = /^[^\s+\p{Cc}]{1,200}$/u;

// Signature type identifiers of C2SP signed-note.
const TYPE_ED25519 = 0x01;
const TYPE_COSIGNATURE_V1 = 0x04;
export type NoteKeyType = typeof TYPE_ED25519 | typeof TYPE_COSIGNATURE_V1;

/** Whether `signature` (64 bytes, RFC 8032) over `message` is by the key of 32 bytes. */
export type VerifyEd25519 = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

const verifyInJavaScript: VerifyEd25519 = (signature, message, publicKey) =>
  ed25519.verify(signature, message, publicKey, { zip215: false });

/** A public key that signs notes under a name. */
export interface NoteVerifier {
  readonly name: string;
  readonly type: NoteKeyType;
  /** First four bytes of SHA-256(name ‖ LF ‖ type ‖ key), as an unsigned number. */
  readonly keyId: number;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly verify: VerifyEd25519;
}

/** Signs as `verifier`. The key stays behind the port. */
export interface NoteSigner {
  readonly verifier: NoteVerifier;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** A parsed note: nothing in it is verified yet. */
export interface UnverifiedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A verified note. Only {@link verifyNote} makes one. */
export interface VerifiedNote {
  readonly text: string;
  readonly signers: readonly NoteVerifier[];
  /** Unix seconds at which each cosigner of type 0x04 saw the text, by name. */
  readonly cosignedAt: ReadonlyMap<string, number>;
}

/** @param options.verify a faster implementation where there is one; without it, one that runs everywhere */
export function createNoteVerifier(
  name: string,
  publicKey: Uint8Array,
  options: { readonly type?: NoteKeyType; readonly verify?: VerifyEd25519 } = {},
): NoteVerifier {
  const { type = TYPE_ED25519, verify = verifyInJavaScript } = options;
  if (!NAME.test(name))
    throw new LedgerError('key-malformed', 'a key name has no spaces, plus or control signs');
  if (publicKey.length !== 32) throw new LedgerError('key-malformed', 'an Ed25519 public key has 32 bytes');
  const digest = sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey));
  return { name, type, keyId: readUint32(digest), publicKey, verify };
}

/** Signer over an Ed25519 seed of 32 bytes held in memory. */
export function createNoteSigner(name: string, seed: Uint8Array): NoteSigner {
  return {
    verifier: createNoteVerifier(name, ed25519.getPublicKey(seed)),
    sign: (message) => Promise.resolve(ed25519.sign(message, seed)),
  };
}

/** `<name>+<key id, 8 hexadecimal digits>+<base64(type ‖ key)>` */
export function formatVerifierKey(verifier: NoteVerifier): string {
  const id = verifier.keyId.toString(16).padStart(8, '0');
  return `${verifier.name}+${id}+${encodeBase64(concatBytes(Uint8Array.of(verifier.type), verifier.publicKey))}`;
}

/** @throws LedgerError `key-malformed` */
export function parseVerifierKey(text: string): NoteVerifier {
  const match = text.length <= 500 ? /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) : null;
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const [type, ...key] = decodeBase64(encoded) ?? [];
  if (type !== TYPE_ED25519 && type !== TYPE_COSIGNATURE_V1) {
    throw new LedgerError(
      'key-malformed',
      'expected a verifier key like name+0123abcd+base64 with an Ed25519 key',
    );
  }
  const verifier = createNoteVerifier(name, Uint8Array.from(key), { type });
  if (verifier.keyId !== Number.parseInt(id, 16)) {
    throw new LedgerError(
      'key-malformed',
      'the key id does not belong to this name and key: copy the key again',
    );
  }
  return verifier;
}

/** @param text ends with a newline and holds no empty last line */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  requireText(text);
  const lines = await Promise.all(
    signers.map(async (signer) => {
      const signature = await signer.sign(utf8(text));
      return `— ${signer.verifier.name} ${encodeBase64(concatBytes(uint32(signer.verifier.keyId), signature))}\n`;
    }),
  );
  return `${text}\n${lines.join('')}`;
}

/** @throws LedgerError `note-malformed` */
export function parseNote(note: string): UnverifiedNote {
  if (note.length > MAX_NOTE_LENGTH) throw malformed('is too long');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw malformed('has no signature part');
  const text = note.slice(0, split + 1);
  requireText(text);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformed('has too many signatures');
  return { text, signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = decodeBase64(encoded);
  if (name === '' || bytes === null || bytes.length < 5) throw malformed('has a broken signature line');
  return { name, keyId: readUint32(bytes), signature: bytes.slice(4) };
}

/**
 * Verifies every signature by a known key; signatures by unknown keys are skipped, as C2SP asks.
 * @throws LedgerError `note-malformed`, `note-signature-invalid` (one by a known key is wrong), `note-unsigned` (none)
 */
export function verifyNote(note: string, verifiers: readonly NoteVerifier[]): VerifiedNote {
  const { text, signatures } = parseNote(note);
  const signers = new Map<NoteVerifier, number | null>();
  for (const signature of signatures) {
    const verifier = verifiers.find(
      ({ name, keyId }) => name === signature.name && keyId === signature.keyId,
    );
    if (verifier === undefined || signers.has(verifier)) continue;
    signers.set(verifier, verifySignature(text, signature.signature, verifier));
  }
  if (signers.size === 0)
    throw new LedgerError('note-unsigned', 'the note carries no signature by a trusted key');
  const cosignedAt = new Map<string, number>();
  for (const [verifier, time] of signers) if (time !== null) cosignedAt.set(verifier.name, time);
  return { text, signers: [...signers.keys()], cosignedAt };
}

/** @returns the time of a timestamped cosignature, null for a plain signature */
function verifySignature(text: string, signature: Uint8Array, verifier: NoteVerifier): number | null {
  const timed = verifier.type === TYPE_COSIGNATURE_V1;
  const time = timed ? readTimestamp(signature) : null;
  const message = time === null ? text : `cosignature/v1\ntime ${String(time)}\n${text}`;
  const bare = timed ? signature.slice(8) : signature;
  if (bare.length !== 64 || !verifier.verify(bare, utf8(message), verifier.publicKey)) {
    throw new LedgerError('note-signature-invalid', `the signature by ${verifier.name} is wrong`);
  }
  return time;
}

function readTimestamp(signature: Uint8Array): number {
  if (signature.length < 8) throw malformed('has a cosignature without a time');
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('has a cosignature at an impossible time');
  return Number(time);
}

/**
 * Makes a witness's timestamped cosignature line (C2SP tlog-cosignature) for a note's text.
 * @param unixTime seconds
 */
export async function cosignNote(note: string, signer: NoteSigner, unixTime: number): Promise<string> {
  const { text } = parseNote(note);
  const signature = await signer.sign(utf8(`cosignature/v1\ntime ${String(unixTime)}\n${text}`));
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(unixTime));
  return `${note}— ${signer.verifier.name} ${encodeBase64(concatBytes(uint32(signer.verifier.keyId), time, signature))}\n`;
}

/** Witness signer (type 0x04) over an Ed25519 seed of 32 bytes held in memory. */
export function createCosigner(name: string, seed: Uint8Array): NoteSigner {
  return {
    verifier: createNoteVerifier(name, ed25519.getPublicKey(seed), { type: TYPE_COSIGNATURE_V1 }),
    sign: (message) => Promise.resolve(ed25519.sign(message, seed)),
  };
}

function requireText(text: string): void {
  // C2SP: valid UTF-8 without control characters other than newline; the empty line belongs to the note.
  if (!text.endsWith('\n') || /[\p{Cc}\uFFFD]/u.test(text.replaceAll('\n', ''))) {
    throw malformed('has a text that does not end with a newline or holds control characters');
  }
}

const malformed = (why: string): LedgerError => new LedgerError('note-malformed', `the signed note ${why}`);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const readUint32 = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
