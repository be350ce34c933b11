/**
 * The numbers of format 1, in one place. docs/spec/watermark.md says the same in prose; a change here is a new format.
 */

/** The format's number. It is in the label of every key, so that the mark of another format looks like none. */
export const FORMAT_VERSION = 1;
/** Canonical grid in pixels; the embedder lays it over the frame, the detector looks for it. */
export const CANONICAL_WIDTH = 1280;
export const CANONICAL_HEIGHT = 720;
/** Canonical pixels per chip, in both directions. */
export const CHIP_PITCH = 4;
export const CHIP_COLUMNS = CANONICAL_WIDTH / CHIP_PITCH;
export const CHIP_ROWS = CANONICAL_HEIGHT / CHIP_PITCH;
export const CHIP_COUNT = CHIP_COLUMNS * CHIP_ROWS;

/**
 * Window of the mark's spectrum in cycles per canonical pixel: zero, cosine rise, one, cosine fall, zero. Amplitudes fall with the
 * frequency from `flatFrom` on (`bandGain`).
 */
export const BAND = { start: 0.025, flatFrom: 0.035, flatTo: 0.075, end: 0.09 } as const;

/** Shares of the mark's energy: payload, pilot, time, epoch tag. They sum to one. */
export const ENERGY_SHARES = { payload: 0.48, pilot: 0.15, time: 0.14, epoch: 0.23 } as const;

/** Session numbers are below 2^44. */
export const SESSION_BITS = 44;
/**
 * CRC-16/GENIBUS. It picks from the decoder's list, and keeps a mark too weak to decode from being read as a neighbouring word: those
 * correlate nearly as well as the right one. What guards against material without a mark is the correlation of the whole codeword.
 */
export const CRC_BITS = 16;
/** Generator polynomial without its leading term; three flipped bits are always noticed. */
export const CRC_POLYNOMIAL = 0x1021;
/** Information bits of the polar code. */
export const PAYLOAD_BITS = SESSION_BITS + CRC_BITS;
export const POLAR_LENGTH = 512;
export const POLAR_LIST_SIZE = 32;

/** Time layer: this many patterns, each at every even cyclic shift of the chip grid. */
export const TIME_PATTERNS = 4;
export const TIME_SHIFT_CHIPS = 2;
export const TIME_COLUMNS = CHIP_COLUMNS / TIME_SHIFT_CHIPS;
export const TIME_ROWS = CHIP_ROWS / TIME_SHIFT_CHIPS;
/** Epoch hints are epoch numbers modulo 57,600 (16 hours). */
export const EPOCH_HINT_MODULUS = TIME_PATTERNS * TIME_COLUMNS * TIME_ROWS;

/** Length of every key, in bytes. */
export const KEY_BYTES = 32;
/** A chain covers at most this many epochs (24 hours would be 86,400). */
export const MAX_EPOCHS = 2 ** 20;

/** Accept an epoch tag at this z or above: 3.18·Q(z) bounds a false accept by 1e-7 per claimed epoch. */
export const EPOCH_TAG_MIN_Z = 5.42;
/** Accept a payload only when the bound on its false-positive probability is at most 10^this. */
export const MAX_FALSE_POSITIVE_LOG10 = -9;

/** Frame sizes the embedder takes, in pixels; even only, because chroma is subsampled. */
export const MIN_FRAME = { width: 160, height: 90 } as const;
export const MAX_FRAME = { width: 3840, height: 2160 } as const;
