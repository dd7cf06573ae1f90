import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromBase64, fromHex, toBase64Url, toHex } from './base64.ts';

describe('bytes as text', () => {
  it('come back as they were, and read as another program writes them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = toBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64(text)).toEqual(Uint8Array.from(bytes));
        expect(fromBase64(Buffer.from(bytes).toString('base64'))).toEqual(Uint8Array.from(bytes));
        expect(fromHex(toHex(bytes))).toEqual(Uint8Array.from(bytes));
        expect(equalBytes(bytes, Uint8Array.from(bytes))).toBe(true);
      }),
    );
  });

  it.each(['A', 'AB$D', 'AAAAA', 'AB'])('%j has no bytes: malformed, or a second spelling', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });
});
