import { CompactRange, FULL_TILE_WIDTH, HASH_LENGTH_BYTES, tilePath, type Hash } from '@bcmed/merkle';

/** A tile that is finished: full, or as wide as the tree makes it. */
export interface BuiltTile {
  readonly path: string;
  readonly level: number;
  readonly index: bigint;
  readonly bytes: Uint8Array;
}

/**
 * Makes the C2SP tiles of a tree while its leaves go by, holding one unfinished tile for each level.
 * Source: C2SP tlog-tiles, "Merkle Tree".
 */
export class TileBuilder {
  readonly #levels: { index: bigint; hashes: Hash[] }[] = [];

  /** The tiles that this leaf completes, lowest level first. */
  append(leaf: Hash): BuiltTile[] {
    const built: BuiltTile[] = [];
    let carried = leaf;
    for (let level = 0; ; level++) {
      const tile = (this.#levels[level] ??= { index: 0n, hashes: [] });
      tile.hashes.push(carried);
      if (tile.hashes.length < FULL_TILE_WIDTH) return built;
      built.push(finished(level, tile.index, tile.hashes));
      carried = CompactRange.empty.appendAll(tile.hashes).root();
      tile.index++;
      tile.hashes = [];
    }
  }

  /** The partial tiles at the tree's right edge. Ask once, at the end. */
  rest(): BuiltTile[] {
    return this.#levels.flatMap(({ index, hashes }, level) =>
      hashes.length === 0 ? [] : [finished(level, index, hashes)],
    );
  }
}

function finished(level: number, index: bigint, hashes: readonly Hash[]): BuiltTile {
  const bytes = new Uint8Array(hashes.length * HASH_LENGTH_BYTES);
  hashes.forEach((hash, place) => bytes.set(hash, place * HASH_LENGTH_BYTES));
  return { path: tilePath(level, index, hashes.length), level, index, bytes };
}

/** Position of the first leaf under one hash of a tile. */
export function firstPositionUnder(level: number, index: bigint, place: number): bigint {
  const width = BigInt(FULL_TILE_WIDTH);
  return (index * width + BigInt(place)) * width ** BigInt(level) + 1n;
}
