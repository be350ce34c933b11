export { LEDGER_ERROR_CODES, LedgerError, type LedgerErrorCode } from './errors.js';
export { decodeBase64Url, encodeBase64Url } from './bytes.js';
export { EMPTY_ROOT, HASH_BYTES, hashLeaf, hashNode, merkleRoot, merkleRootOf, type Hash } from './merkle.js';
export { verifyConsistency, verifyInclusion } from './proof.js';
export {
  cutTile,
  decodeEntryTile,
  parseTilePath,
  TILE_WIDTH,
  tileExists,
  tilePath,
  type TileCoordinate,
  type TileLevel,
} from './tile.js';
export { openTree, planAppend, type AppendPlan, type TileStorage, type TileWrite } from './tree.js';
export {
  cosignNote,
  createCosigner,
  createNoteSigner,
  createNoteVerifier,
  formatVerifierKey,
  parseVerifierKey,
  signNote,
  verifyNote,
  type NoteSigner,
  type NoteVerifier,
  type VerifiedNote,
} from './note.js';
export {
  formatCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  verifyCheckpoint,
  verifyCheckpointAdvance,
  type Checkpoint,
  type VerifiedCheckpoint,
} from './checkpoint.js';
export {
  assertionFromWebauthn,
  type AssertionEvidence,
  type LedgerPayload,
  type LedgerPayloadOf,
} from './payload.js';
export {
  commitEntry,
  encodePayload,
  entryLeafHash,
  MAX_PAYLOAD_BYTES,
  parsePayload,
  SALT_BYTES,
} from './commitment.js';
export { leafSetOf, toLeafRanges, type LeafRange, type LeafSet } from './leaf-ranges.js';
export {
  createSequencer,
  type SequencedEntry,
  type Sequencer,
  type SequencerPorts,
  type SequencerStorage,
} from './sequencer.js';
export { createMemoryLedger, type MemoryLedger } from './memory.js';
export { SEQUENCER_STORAGE_CONTRACT, type StorageUnderTest } from './storage-contract.js';
