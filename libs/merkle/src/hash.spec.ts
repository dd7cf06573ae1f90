import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  InvalidHashError,
  emptyRoot,
  hashFromBase64Url,
  hashFromBytes,
  hashFromHex,
  hashToBase64Url,
  hashToHex,
  hashesEqual,
  leafHash,
  nodeHash,
  type Hash,
} from './index.js';

const text = (value: string) => Buffer.from(value);

/** A node by the formula; unlike `nodeHash` it takes the published vector's short texts, which are no hashes. */
const nodeByFormula = (left: Uint8Array, right: Uint8Array) =>
  createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest('hex');

describe('the hash of a log entry', () => {
  it('agrees with the published leaf vectors', () => {
    expect(hashToHex(leafHash(new Uint8Array()))).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    expect(hashToHex(leafHash(text('L123456')))).toBe(
      '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
    );
  });

  it('is SHA-256 of a zero byte and the entry, for small and large entries alike', () => {
    for (const length of [0, 1, 55, 64, 4_096, 65_534, 65_535, 65_536, 200_000]) {
      const entry = new Uint8Array(length).fill(length % 251);
      const expected = createHash('sha256').update(Uint8Array.of(0)).update(entry).digest('hex');
      expect(hashToHex(leafHash(entry)), `${length} bytes`).toBe(expected);
    }
  });

  it('leaves no trace of a longer entry in the hash of a shorter one', () => {
    const before = hashToHex(leafHash(text('short')));
    leafHash(new Uint8Array(5_000).fill(0xff));
    expect(hashToHex(leafHash(text('short')))).toBe(before);
  });
});

describe('the hash of an inner node', () => {
  it('follows the formula of the published node vector, left before right', () => {
    expect(nodeByFormula(text('N123'), text('N456'))).toBe(
      'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb',
    );
    const [left, right] = [leafHash(text('left')), leafHash(text('right'))];
    expect(hashToHex(nodeHash(left, right))).toBe(nodeByFormula(left, right));
    expect(hashToHex(nodeHash(right, left))).toBe(nodeByFormula(right, left));
  });

  it('never equals the hash of a leaf that holds the same bytes', () => {
    const [left, right] = [leafHash(text('left')), leafHash(text('right'))];
    expect(hashesEqual(nodeHash(left, right), leafHash(Buffer.concat([left, right])))).toBe(false);
  });
});

describe('a hash value', () => {
  it('is a plain byte array, so that slicing it copies', () => {
    const made = [
      emptyRoot(),
      leafHash(text('a')),
      nodeHash(emptyRoot(), emptyRoot()),
      hashFromHex('00'.repeat(32)),
    ];
    for (const hash of made) {
      expect(Object.getPrototypeOf(hash)).toBe(Uint8Array.prototype);
      expect(hash).toHaveLength(32);
    }
  });

  it('survives the way through hexadecimal and base64url', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const hash: Hash = hashFromBytes(bytes);
        expect(hashFromHex(hashToHex(hash))).toEqual(hash);
        expect(hashFromBase64Url(hashToBase64Url(hash))).toEqual(hash);
        expect(hashesEqual(hashFromHex(hashToHex(hash).toUpperCase()), hash)).toBe(true);
      }),
    );
  });

  it('is refused when it has another length or another spelling', () => {
    expect(() => hashFromBytes(new Uint8Array(31))).toThrow(InvalidHashError);
    expect(() => hashFromBytes(new Uint8Array(33))).toThrow(InvalidHashError);
    for (const hex of [
      '',
      '00',
      '00'.repeat(33),
      `0x${'00'.repeat(31)}`,
      'zz'.repeat(32),
      `${'00'.repeat(32)}\n`,
    ]) {
      expect(() => hashFromHex(hex), hex).toThrow(InvalidHashError);
    }
    const good = hashToBase64Url(leafHash(text('L123456')));
    const bad = [
      '',
      good.slice(0, -1),
      `${good}=`,
      `${good}A`,
      `${good}\n`,
      ` ${good}`,
      `${'A'.repeat(42)}B`,
    ];
    for (const base64 of [...bad, '+'.repeat(42) + 'A']) {
      expect(() => hashFromBase64Url(base64), base64).toThrow(InvalidHashError);
    }
  });

  it('differs from a hash of another length', () => {
    expect(hashesEqual(new Uint8Array(32), new Uint8Array(31))).toBe(false);
  });
});
