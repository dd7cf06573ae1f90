import { TileError } from './errors.js';
import { HASH_LENGTH_BYTES, hashFromBytes, type Hash } from './hash.js';
import { demandTreeSize } from './size.js';
import { demandWithin, type HashSource } from './source.js';

/** Hashes in a full tile, entries in a full bundle. */
export const FULL_TILE_WIDTH = 256;

const TILE_HEIGHT_BITS = 8;
const MAX_TILE_LEVEL = 63;

/** One tile: hash `i` of it covers the leaves from `(index · 256 + i) · 256^level` on. */
export interface Tile {
  readonly level: number;
  readonly index: bigint;
  /** From 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/**
 * Where a tile lies below a log's prefix, without a leading slash, for a URL as for a folder.
 *
 * Source: C2SP tlog-tiles, "Merkle Tree".
 *
 * @throws {TileError} when there can be no such tile.
 */
export function tilePath(level: number, index: bigint, width: number = FULL_TILE_WIDTH): string {
  demandLevel(level);
  return `tile/${level}/${indexPath(index, width)}`;
}

/**
 * Where the bundle of entries lies whose leaf hashes are in the level 0 tile of the same index and width.
 *
 * Source: C2SP tlog-tiles, "Log entries".
 *
 * @throws {TileError} when there can be no such bundle.
 */
export function entryBundlePath(index: bigint, width: number = FULL_TILE_WIDTH): string {
  return `tile/entries/${indexPath(index, width)}`;
}

function indexPath(index: bigint, width: number): string {
  demandIndex(index);
  demandWidth(width);
  const digits = index.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  const path = groups.map((group, place) => (place < groups.length - 1 ? `x${group}` : group)).join('/');
  return width === FULL_TILE_WIDTH ? path : `${path}.p/${width}`;
}

function demandLevel(level: number): void {
  if (!Number.isInteger(level) || level < 0 || level > MAX_TILE_LEVEL) {
    throw new TileError(`a tile's level lies between 0 and ${MAX_TILE_LEVEL}, this is ${level}`);
  }
}

function demandIndex(index: bigint): void {
  if (index < 0n) throw new TileError(`a tile's index is not negative, this is ${String(index)}`);
}

function demandWidth(width: number): void {
  if (!Number.isInteger(width) || width < 1 || width > FULL_TILE_WIDTH) {
    throw new TileError(`a tile's width lies between 1 and ${FULL_TILE_WIDTH}, this is ${width}`);
  }
}

/** Every tile of a tree of that size, level by level from the leaves, left to right; empty ones do not exist. */
export function tilesForSize(size: bigint): Tile[] {
  return [...newTiles(0n, size)];
}

/**
 * The tiles that a log has to write when it grows: those that are new or wider than before.
 *
 * A partial tile that has grown appears with its new width only. Entry bundles follow the tiles of level 0.
 *
 * @throws {TileError} when the tree would shrink.
 * @throws {TreeSizeError} when a size is no unsigned 64-bit number.
 */
export function* newTiles(oldSize: bigint, newSize: bigint): Generator<Tile, void, undefined> {
  demandTreeSize(oldSize);
  demandTreeSize(newSize);
  if (oldSize > newSize) {
    throw new TileError(`a log of ${String(oldSize)} leaves cannot become one of ${String(newSize)}`);
  }
  const full = BigInt(FULL_TILE_WIDTH);
  for (let level = 0; ; level++) {
    const shift = BigInt(level * TILE_HEIGHT_BITS);
    const before = oldSize >> shift;
    const after = newSize >> shift;
    if (after === 0n) return;
    if (after === before) continue;
    for (let index = before / full; index * full < after; index++) {
      const rest = after - index * full;
      yield { level, index, width: Number(rest < full ? rest : full) };
    }
  }
}

/**
 * A tile's bytes: its hashes side by side, 32 bytes each.
 *
 * @throws {TileError} when there can be no such tile.
 * @throws {TreeSizeError} when the source does not reach as far as the tile.
 */
export function encodeTile(source: HashSource, tile: Tile): Uint8Array {
  demandLevel(tile.level);
  demandIndex(tile.index);
  demandWidth(tile.width);
  const level = tile.level * TILE_HEIGHT_BITS;
  const first = tile.index * BigInt(FULL_TILE_WIDTH);
  demandWithin(source, (first + BigInt(tile.width)) << BigInt(level));
  const bytes = new Uint8Array(tile.width * HASH_LENGTH_BYTES);
  for (let place = 0; place < tile.width; place++) {
    bytes.set(source.hashAt(level, first + BigInt(place)), place * HASH_LENGTH_BYTES);
  }
  return bytes;
}

/**
 * The hashes of a tile, as views into its bytes.
 *
 * @throws {TileError} unless there are exactly `width` hashes.
 */
export function decodeTile(bytes: Uint8Array, width: number = FULL_TILE_WIDTH): Hash[] {
  demandWidth(width);
  const expected = width * HASH_LENGTH_BYTES;
  if (bytes.length !== expected) {
    throw new TileError(`a tile of width ${width} has ${expected} bytes, these are ${bytes.length}`);
  }
  return Array.from({ length: width }, (_, place) =>
    hashFromBytes(bytes.subarray(place * HASH_LENGTH_BYTES, (place + 1) * HASH_LENGTH_BYTES)),
  );
}
