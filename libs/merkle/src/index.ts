export {
  HASH_LENGTH_BYTES,
  emptyRoot,
  hashFromBase64Url,
  hashFromBytes,
  hashFromHex,
  hashToBase64Url,
  hashToHex,
  hashesEqual,
  isHash,
  leafHash,
  nodeHash,
  type Hash,
} from './hash.js';
export { MAX_TREE_SIZE } from './size.js';
export { CompactRange } from './compact-range.js';
export { demandComplete, rootAt, type HashSource } from './source.js';
export { MemoryTree } from './memory-tree.js';
export { consistencyProof, inclusionProof } from './proof.js';
export {
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
  type ProofFailure,
  type ProofOutcome,
} from './verify.js';
export {
  FULL_TILE_WIDTH,
  decodeTile,
  encodeTile,
  entryBundlePath,
  newTiles,
  tilePath,
  tilesForSize,
  type Tile,
} from './tiles.js';
export { MAX_ENTRY_LENGTH_BYTES, decodeEntryBundle, encodeEntryBundle } from './entry-bundle.js';
export { encodeCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.js';
export {
  AbsentHashError,
  CheckpointError,
  EntryBundleError,
  FrontierError,
  InvalidHashError,
  MerkleError,
  TileError,
  TreeSizeError,
  type MerkleErrorCode,
} from './errors.js';
