import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { createEmbedder } from '../embedder.js';
import { createEpochChain } from '../epoch-chain.js';
import { FieldSynthesizer, mixLayers } from '../field.js';
import { coverGeometry } from '../geometry.js';
import { CHIP_COUNT, FORMAT_VERSION, POLAR_LENGTH } from '../format.js';
import { deriveKey, type Label, LABELS } from '../keys.js';
import {
  deriveLayers,
  INFORMATION_SET,
  epochTagChips,
  payloadChips,
  timeChips,
  timeShift,
} from '../layers.js';
import { encodePayloadBits } from '../payload.js';
import { polarEncode } from '../polar.js';
import { keyedShuffle, keyedSigns, KeyStream } from '../prng.js';
import { FIELD_UNIT } from '../strength.js';
import type { Size } from '../types.js';

// What vectors/format-1.json holds, computed: docs/spec/watermark.md, "Test vectors".

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const SEED = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const SESSION = 11_223_344_556_677;
const EPOCH = 1234;
const CHAIN_LENGTH = 2000;
const POINTS = 16;

export function makeTestVectors(): object {
  const chain = createEpochChain(SEED, CHAIN_LENGTH);
  return {
    format: FORMAT_VERSION,
    key: bytesToHex(KEY),
    session: SESSION,
    epoch: EPOCH,
    derivedKeys: Object.fromEntries(Object.values(LABELS).filter(isDerived).map(derivedKey)),
    stream: bytesToHex(Uint8Array.from({ length: 64 }, byteOf(new KeyStream(KEY)))),
    signs: signText(keyedSigns(KEY, 64)),
    shuffled: [...shuffledUpTo(16)],
    payload: payloadVectors(),
    chips: chipVectors(chain.keyOf(EPOCH)),
    timeShifts: [0, 1, 641, EPOCH, 57_599, 57_600].map((epoch) => ({ epoch, ...timeShift(epoch) })),
    chain: {
      seed: bytesToHex(SEED),
      length: CHAIN_LENGTH,
      keys: Object.fromEntries([0, 1, EPOCH, CHAIN_LENGTH - 1].map((e) => [e, bytesToHex(chain.keyOf(e))])),
      end: bytesToHex(chain.end),
    },
    fields: [
      { width: 1280, height: 720 },
      { width: 480, height: 854 },
      { width: 160, height: 90 },
    ].map((size) => fieldVector(size, chain.keyOf(EPOCH))),
    marked: markedVector(),
  };
}

function isDerived(label: Label): boolean {
  return label !== LABELS.chainStep;
}

function derivedKey(label: Label): [string, string] {
  return [label, bytesToHex(deriveKey(KEY, label))];
}

function byteOf(stream: KeyStream): () => number {
  return () => stream.nextByte();
}

function signText(signs: Int8Array): string {
  return Array.from(signs, (sign) => (sign > 0 ? '+' : '-')).join('');
}

function shuffledUpTo(count: number): Uint16Array {
  const values = Uint16Array.from({ length: count }, (_, i) => i);
  keyedShuffle(KEY, values);
  return values;
}

function payloadVectors() {
  return [0, SESSION, 2 ** 44 - 1].map((session) => {
    const bits = encodePayloadBits(session);
    return {
      session,
      bits: bits.join(''),
      codeword: polarEncode(POLAR_LENGTH, INFORMATION_SET, bits).join(''),
    };
  });
}

/** The first chips of a layer, and the SHA-256 of all of them: one byte a chip, '+' or '-'. */
function chipVector(chips: Int8Array): { first: string; sha256: string } {
  const text = signText(chips);
  return { first: text.slice(0, 32), sha256: digest(new TextEncoder().encode(text)) };
}

function chipVectors(epochKey: Uint8Array) {
  const layers = deriveLayers(KEY);
  return {
    count: CHIP_COUNT,
    payload: chipVector(payloadChips(layers, SESSION)),
    pilot: chipVector(layers.pilot),
    time: chipVector(timeChips(layers, EPOCH)),
    epochTag: chipVector(epochTagChips(epochKey)),
  };
}

/** The reference's field, in standard deviations, at points spread over the frame: within 0.25 of the exact value. */
function fieldVector(size: Size, epochKey: Uint8Array) {
  const layers = deriveLayers(KEY);
  const chips = mixLayers(
    payloadChips(layers, SESSION),
    layers.pilot,
    timeChips(layers, EPOCH),
    epochTagChips(epochKey),
  );
  const field = new Int8Array(size.width * size.height);
  const { toFrame, scale } = coverGeometry(size);
  new FieldSynthesizer(size, toFrame, scale).render(chips, field);
  const samples = Array.from({ length: POINTS }, (_, i) => {
    const [x, y] = [(i * 331 + 7) % size.width, (i * 197 + 5) % size.height];
    return [x, y, Number(((field[y * size.width + x] ?? 0) * FIELD_UNIT).toFixed(3)) + 0] as const;
  });
  return { ...size, samples, sha256: digest(new Uint8Array(field.buffer)) };
}

/** Eight frames of one picture, the last four in the next epoch: SHA-256 of the reference's marked luma. */
function markedVector() {
  const size = { width: 160, height: 90 };
  const chain = createEpochChain(SEED, CHAIN_LENGTH);
  const embedder = createEmbedder({
    key: KEY,
    session: SESSION,
    epochKey: (epoch) => chain.keyOf(epoch),
    ...size,
  });
  const sha256s = Array.from({ length: 8 }, (_, frame) => {
    const luma = Uint8Array.from({ length: size.width * size.height }, (_, i) =>
      pictureAt(i % 160, Math.floor(i / 160)),
    );
    embedder.embed(luma, size.width, EPOCH + Math.floor(frame / 4));
    return digest(luma);
  });
  return {
    ...size,
    picture: '40 + x + (x·x + 7·y·y) mod 23',
    firstEpoch: EPOCH,
    framesPerEpoch: 4,
    sha256: sha256s,
  };
}

function pictureAt(x: number, y: number): number {
  return 40 + x + ((x * x + 7 * y * y) % 23);
}

function digest(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}
