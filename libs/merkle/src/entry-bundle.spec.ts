import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryBundleError, decodeEntryBundle, encodeEntryBundle } from './index.js';

/** What a damaged bundle is said to suffer from, and where. */
function damage(bytes: Uint8Array, width?: number): string {
  try {
    decodeEntryBundle(bytes, width);
  } catch (error) {
    if (error instanceof EntryBundleError) return `${error.offsetBytes ?? 'nowhere'}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('an entry bundle', () => {
  it('puts a big-endian length before every entry', () => {
    const bytes = encodeEntryBundle([Buffer.from('ab'), new Uint8Array(), new Uint8Array(258)]);
    expect([...bytes.subarray(0, 8)]).toEqual([0, 2, 0x61, 0x62, 0, 0, 1, 2]);
    expect(bytes).toHaveLength(2 + 2 + 2 + 2 + 258);
  });

  it('gives back what was put in, also from the middle of a larger buffer', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(entries, fc.nat(9), (put, shift) => {
        const bundle = encodeEntryBundle(put);
        const around = new Uint8Array(shift + bundle.length + 3).fill(0xee);
        around.set(bundle, shift);
        expect(decodeEntryBundle(around.subarray(shift, shift + bundle.length), put.length)).toEqual(put);
      }),
    );
  });

  it('holds entries up to 65,535 bytes, at least one and at most 256', () => {
    const largest = new Uint8Array(65_535).fill(7);
    expect(decodeEntryBundle(encodeEntryBundle([largest]))).toEqual([largest]);
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow(/entry 0 has 65536 bytes/);
    expect(() => encodeEntryBundle([])).toThrow(EntryBundleError);
    const one = Uint8Array.of(1);
    expect(() => encodeEntryBundle(new Array<Uint8Array>(257).fill(one))).toThrow(EntryBundleError);
  });

  it('says where it is damaged', () => {
    const good = encodeEntryBundle([Buffer.from('abc'), Buffer.from('de')]);
    expect(damage(good, 2)).toBe('none');
    expect(damage(good.subarray(0, -1))).toMatch(/^5: .*offset 5: entry 1 needs 2 bytes, 1 are left/);
    expect(damage(good.subarray(0, 6))).toMatch(/^5: .*length prefix is cut off/);
    expect(damage(good, 3)).toMatch(/^9: .*2 entries, expected 3/);
    expect(damage(good, 1)).toMatch(/^5: .*more than 1 entries/);
    expect(damage(new Uint8Array())).toMatch(/^0: .*0 entries/);
    expect(damage(new Uint8Array(2 * 257))).toMatch(/^512: .*more than 256 entries/);
  });

  it('never reads beyond its bytes and fails in no other way, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        if (damage(bytes) !== 'none') return;
        expect(encodeEntryBundle(decodeEntryBundle(bytes))).toEqual(bytes);
      }),
    );
  });
});
