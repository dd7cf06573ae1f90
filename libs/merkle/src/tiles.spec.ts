import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberedLeaves } from '../test/naive-tree.js';
import {
  MemoryTree,
  TileError,
  TreeSizeError,
  decodeTile,
  encodeTile,
  entryBundlePath,
  newTiles,
  rootAt,
  tilePath,
  tilesForSize,
  type Tile,
} from './index.js';

const pathOf = (tile: Tile) => tilePath(tile.level, tile.index, tile.width);

describe('the path of a tile', () => {
  it('groups the index by three digits as the specification shows', () => {
    expect(tilePath(0, 1_234_067n)).toBe('tile/0/x001/x234/067');
    expect(entryBundlePath(1_234_067n)).toBe('tile/entries/x001/x234/067');
    expect(tilePath(0, 0n)).toBe('tile/0/000');
    expect(tilePath(1, 999n)).toBe('tile/1/999');
    expect(tilePath(2, 1_000n)).toBe('tile/2/x001/000');
    expect(tilePath(63, 5n)).toBe('tile/63/005');
  });

  it('names the width of a partial tile only', () => {
    expect(tilePath(0, 273n, 112)).toBe('tile/0/273.p/112');
    expect(tilePath(0, 1_234_067n, 1)).toBe('tile/0/x001/x234/067.p/1');
    expect(entryBundlePath(1_234_067n, 255)).toBe('tile/entries/x001/x234/067.p/255');
    expect(tilePath(0, 7n, 256)).toBe('tile/0/007');
  });

  it('is refused for a tile that cannot be', () => {
    for (const level of [-1, 64, 0.5, Number.NaN]) expect(() => tilePath(level, 0n)).toThrow(TileError);
    for (const width of [0, -1, 257, 1.5]) {
      expect(() => tilePath(0, 0n, width)).toThrow(TileError);
      expect(() => entryBundlePath(0n, width)).toThrow(TileError);
    }
    expect(() => tilePath(0, -1n)).toThrow(TileError);
  });
});

describe('the tiles of a tree', () => {
  it('are those of the specification for 70,000 leaves', () => {
    const tiles = tilesForSize(70_000n);
    const full = (level: number) => tiles.filter((tile) => tile.level === level && tile.width === 256).length;
    expect([full(0), full(1), full(2)]).toEqual([273, 1, 0]);
    expect(tiles.filter((tile) => tile.width < 256).map(pathOf)).toEqual([
      'tile/0/273.p/112',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ]);
    expect(tiles).toHaveLength(273 + 1 + 1 + 1 + 1);
  });

  it('are none for an empty tree, one partial for one leaf, and two for 256 leaves', () => {
    expect(tilesForSize(0n)).toEqual([]);
    expect(tilesForSize(1n).map(pathOf)).toEqual(['tile/0/000.p/1']);
    expect(tilesForSize(256n).map(pathOf)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
  });

  it('are refused for a size that cannot be', () => {
    expect(() => tilesForSize(-1n)).toThrow(TreeSizeError);
    expect(() => [...newTiles(5n, 4n)]).toThrow(TileError);
  });

  it('are exactly the old ones and the new ones when a log grows, with widened ones in place of narrow ones', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 140_000n }),
        fc.bigInt({ min: 0n, max: 3_000n }),
        (size, growth) => {
          const kept = new Map(tilesForSize(size).map((tile) => [tilePath(tile.level, tile.index), tile]));
          for (const tile of newTiles(size, size + growth)) {
            const place = tilePath(tile.level, tile.index);
            expect(tile.width).toBeGreaterThan(kept.get(place)?.width ?? 0);
            kept.set(place, tile);
          }
          expect(new Set([...kept.values()].map(pathOf))).toEqual(
            new Set(tilesForSize(size + growth).map(pathOf)),
          );
        },
      ),
    );
  });
});

describe('the bytes of a tile', () => {
  const leaves = numberedLeaves(70_000);
  const tree = MemoryTree.of(leaves);

  it('are its hashes side by side, and those of a higher level are roots of full tiles below', () => {
    for (const tile of tilesForSize(70_000n)) {
      const bytes = encodeTile(tree, tile);
      const hashes = decodeTile(bytes, tile.width);
      expect(bytes).toHaveLength(32 * tile.width);
      const first = Number(tile.index) * 256;
      if (tile.level === 0) expect(hashes).toEqual(leaves.slice(first, first + tile.width));
    }
    const below = decodeTile(encodeTile(tree, { level: 0, index: 3n, width: 256 }));
    const above = decodeTile(encodeTile(tree, { level: 1, index: 0n, width: 256 }));
    expect(above[3]).toEqual(MemoryTree.of(below).root());
    const [top] = decodeTile(encodeTile(tree, { level: 2, index: 0n, width: 1 }), 1);
    expect(top).toEqual(rootAt(tree, 65_536n));
  });

  it('are refused in another length, and not made for leaves that are not there', () => {
    expect(() => decodeTile(new Uint8Array(8_191))).toThrow(TileError);
    expect(() => decodeTile(new Uint8Array(64), 1)).toThrow(TileError);
    expect(() => decodeTile(new Uint8Array(0), 0)).toThrow(TileError);
    expect(() => encodeTile(tree, { level: 0, index: 273n, width: 113 })).toThrow(TreeSizeError);
    expect(() => encodeTile(tree, { level: 7, index: 0n, width: 1 })).toThrow(TreeSizeError);
    expect(() => encodeTile(tree, { level: -1, index: 0n, width: 1 })).toThrow(TileError);
    expect(() => encodeTile(tree, { level: 0, index: -1n, width: 1 })).toThrow(TileError);
  });
});
