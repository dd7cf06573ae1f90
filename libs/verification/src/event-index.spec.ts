import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventIndex } from './index.js';

describe('the index of admitted events', () => {
  it('answers as a Map would, whatever is put in (property)', () => {
    const ids = fc.oneof(
      fc.uuid(),
      fc.uuid().map((id) => id.toUpperCase()),
      fc.constantFrom('a', 'b'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, fc.bigInt({ min: 1n, max: 1n << 40n }))), (entries) => {
        const index = new EventIndex();
        const map = new Map<string, bigint>();
        for (const [id, position] of entries) {
          index.add(id, position);
          if (!map.has(id)) map.set(id, position);
        }
        for (const [id] of entries) expect(index.positionOf(id)).toBe(map.get(id));
        expect(index.positionOf('ffffffff-ffff-7fff-bfff-ffffffffffff')).toBeUndefined();
      }),
    );
  });

  it('keeps what it knows while it grows, ids of one millisecond included', () => {
    const index = new EventIndex();
    const id = (n: number): string => `01994f7e-7c00-7000-8000-${n.toString(16).padStart(12, '0')}`;
    for (let n = 1; n <= 20_000; n++) index.add(id(n), BigInt(n));
    for (let n = 1; n <= 20_000; n++) expect(index.positionOf(id(n))).toBe(BigInt(n));
  });
});
